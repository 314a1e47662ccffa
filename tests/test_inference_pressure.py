from inference.pressure import CALM_S, MOST, STEP_UP, Pressure


def test_without_shed_frames_there_is_none() -> None:
    pressure = Pressure()
    assert pressure.update(100, 0, 0.0) == 1.0
    assert pressure.update(200, 1, 1.0) == 1.0


def test_it_grows_while_frames_are_shed_and_is_bounded() -> None:
    pressure = Pressure()
    values = [pressure.update(100 * n, 50 * n, float(n)) for n in range(1, 20)]
    assert values[0] == STEP_UP
    assert values == sorted(values)
    assert values[-1] == MOST


def test_it_goes_back_slowly_after_a_calm_time() -> None:
    pressure = Pressure()
    high = pressure.update(100, 50, 0.0)
    assert pressure.update(200, 50, CALM_S - 1) == high
    lower = pressure.update(300, 50, CALM_S + 1)
    assert 1.0 < lower < high
    for second in range(100):
        lower = pressure.update(300, 50, CALM_S + 2 + second)
    assert lower == 1.0
