import pytest

from inference.labels import EMOTIONS
from sessions.models import ClassSession, Course, Sample
from sessions.reports.buckets import COLUMNS, Sums
from tests.factories import make_course, make_participant, make_sample, make_session, make_teacher

pytestmark = pytest.mark.django_db


def test_teachers_see_only_what_is_theirs() -> None:
    owner, stranger = make_teacher(), make_teacher()
    session = make_session(make_course(owner))
    make_sample(make_participant(session))
    for model in (Course, ClassSession, Sample):
        assert model.objects.taught_by(owner).count() == 1
        assert model.objects.taught_by(stranger).count() == 0


def test_buckets_of_time_hold_means_of_usable_samples_and_count_all() -> None:
    participant = make_participant()
    make_sample(participant, second=0, engagement=0.2, facing=0.5)
    make_sample(participant, second=4, engagement=0.6)
    make_sample(participant, second=4, emotion="")
    make_sample(participant, second=12, emotion="")
    rows = list(Sample.objects.sums_by_time(5))
    assert [row[:5] for row in rows] == [(participant.pk, 0, 3, 2, 2), (participant.pk, 2, 1, 0, 0)]
    first, second = (Sums.of_row(row[2 : 2 + COLUMNS]) for row in rows)
    assert first.mean_engagement == pytest.approx(0.4)
    assert first.mean_emotions is not None
    assert first.mean_emotions[EMOTIONS.index("happy")] == pytest.approx(0.9)
    assert first.mean_facing == pytest.approx(0.5)
    assert second.mean_engagement is None
    assert second.mean_facing is None
    assert rows[0][2 + COLUMNS :] == tuple(2 * (name == "happy") for name in EMOTIONS)


def test_each_participant_has_buckets_of_its_own() -> None:
    session = make_session()
    first, second = make_participant(session), make_participant(session)
    make_sample(first, second=1)
    make_sample(second, second=1)
    make_sample(second, second=61)
    rows = list(Sample.objects.by_participant_and_time(60))
    assert [(row["participant_id"], row["bucket"]) for row in rows] == [
        (first.pk, 0),
        (second.pk, 0),
        (second.pk, 1),
    ]


def test_between_takes_the_first_second_and_leaves_the_last() -> None:
    participant = make_participant()
    for second in (9, 10, 19, 20):
        make_sample(participant, second=second)
    seconds = Sample.objects.between(10, 20).values_list("second", flat=True)
    assert sorted(seconds) == [10, 19]
