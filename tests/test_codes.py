from hypothesis import given
from hypothesis import strategies as st

from sessions import codes


def test_codes_hold_no_letters_that_are_mistaken_for_digits() -> None:
    seen = {codes.new_code() for _ in range(300)}
    assert len(seen) == 300
    assert set("".join(seen)) <= set(codes.ALPHABET)
    assert not set("ILO01") & set(codes.ALPHABET)


@given(st.text(alphabet=codes.ALPHABET, min_size=6, max_size=6), st.integers(0, 6))
def test_typing_in_small_letters_with_blanks_and_dashes_means_the_same(code: str, cut: int) -> None:
    typed = f"  {code[:cut].lower()} - {code[cut:]}\n"
    assert codes.normalise_code(typed) == code


def test_only_the_hash_of_a_token_is_comparable() -> None:
    token = codes.new_token()
    assert token not in codes.hash_token(token)
    assert codes.hash_token(token) == codes.hash_token(token)
    assert codes.hash_token(token) != codes.hash_token(codes.new_token())
