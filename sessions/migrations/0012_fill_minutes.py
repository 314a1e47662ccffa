from django.db import migrations

EMOTIONS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")
COLUMNS = (
    "session_id", "participant_id", "second", "model_name", "detector", "definition",
    "samples", "usable", "measured", "engagement_sum", "faced", "facing_sum", "estimated",
    *(f"{name}_sum" for name in EMOTIONS), *(f"{name}_count" for name in EMOTIONS),
)
KEY = (
    "session_id", "participant_id", "second - second % 60", "model_name",
    "COALESCE(detector, '')", "COALESCE(definition, '')",
)
SUMS = (
    "COUNT(*)", "COUNT(CASE WHEN faces > 0 THEN 1 END)", "COUNT(engagement)",
    "COALESCE(SUM(engagement), 0)", "COUNT(facing)", "COALESCE(SUM(facing), 0)", "COUNT(angry)",
    *(f"COALESCE(SUM({name}), 0)" for name in EMOTIONS),
    *(f"COUNT(CASE WHEN emotion = '{name}' THEN 1 END)" for name in EMOTIONS),
)


class Migration(migrations.Migration):
    """What was recorded before is summed up by minute."""

    dependencies = [("class_sessions", "0011_minutes")]

    operations = [
        migrations.RunSQL(
            f"INSERT INTO class_sessions_minute ({', '.join(COLUMNS)}) "
            f"SELECT {', '.join((*KEY, *SUMS))} FROM class_sessions_sample GROUP BY {', '.join(KEY)}",
            "DELETE FROM class_sessions_minute",
        )
    ]
