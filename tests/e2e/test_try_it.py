"""Trying the model with pictures and a webcam, in a real Chromium against a real Daphne."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from inference.manifest import available_models
from inference.paths import MODELS_DIR
from inference.registry import DEFAULT_MODEL
from tests.classroom import Teacher
from tests.e2e.browser import chromium, flag, wait_answered
from tests.e2e.pages import sign_in
from tests.factories import PASSWORD
from tests.server import Server


@pytest.fixture(scope="class")
def page(server: Server, camera: Path) -> Iterator[Page]:
    """The page of a teacher who has a webcam."""
    teacher = Teacher(server)
    with chromium(camera) as browser:
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        sign_in(page, server.base_url, teacher.email, PASSWORD)
        yield page
        assert not problems


class TestWithACamera:
    @pytest.fixture(autouse=True)
    def fresh(self, page: Page, server: Server) -> None:
        page.goto(f"{server.base_url}/try/")
        flag(page, "ready", "true")

    def test_two_pictures_show_all_their_faces(
        self, page: Page, group_photo: Path, tmp_path: Path
    ) -> None:
        image = cv2.imread(str(group_photo))
        assert image is not None
        large = tmp_path / "large.png"
        cv2.imwrite(str(large), cv2.resize(image, (2400, 1600)))
        page.set_input_files("#pictures", [group_photo, large])
        wait_answered(page, 2)
        cards = page.locator(".try-card")
        expect(cards).to_have_count(2)
        for card in cards.all():
            expect(card.locator(".try-faces > li")).to_have_count(5)
            expect(card.locator(".face-box")).to_have_text(["1", "2", "3", "4", "5"])
            expect(card.locator(".bars li")).to_have_count(35)
            expect(card.locator(".bars .top")).to_have_count(5)
            expect(card).to_contain_text("5 faces found · Model: ")
        box = cards.last.locator(".face-box").first.bounding_box()
        picture = cards.last.locator("img").bounding_box()
        assert box is not None
        assert picture is not None
        assert picture["x"] + picture["width"] / 2 < box["x"] < picture["x"] + picture["width"]
        cards.first.get_by_role("button", name="Remove").click()
        expect(cards).to_have_count(1)

    def test_the_models_of_the_site_are_compared_on_one_picture(
        self, page: Page, group_photo: Path
    ) -> None:
        page.check("#compare")
        page.set_input_files("#pictures", group_photo)
        wait_answered(page, 1, timeout_s=60)
        faces = page.locator(".try-faces > li")
        expect(faces).to_have_count(5)
        names = faces.first.locator("[data-part=model]")
        shipped = available_models(MODELS_DIR)
        expect(names).to_have_count(len(shipped))
        assert set(names.all_inner_texts()) == set(shipped)
        assert names.first.inner_text() == DEFAULT_MODEL
        expect(faces.first.locator(".bars .top")).to_have_count(len(shipped))

    def test_what_is_no_picture_or_has_no_face_is_explained(
        self, page: Page, tmp_path: Path
    ) -> None:
        text = tmp_path / "notes.jpg"
        text.write_text("no picture")
        page.set_input_files("#pictures", text)
        expect(page.locator("#trouble")).to_contain_text("not a picture that the browser can read")
        wall = tmp_path / "wall.jpg"
        cv2.imwrite(str(wall), np.full((300, 400, 3), 128, np.uint8))
        page.set_input_files("#pictures", wall)
        expect(page.locator(".try-card")).to_contain_text("No face found")
        expect(page.locator("#trouble")).to_be_hidden()

    def test_the_webcam_is_analysed_until_it_is_stopped(self, page: Page) -> None:
        page.get_by_role("button", name="Use the webcam").click()
        wait_answered(page, 2)
        card = page.locator(".try-card")
        expect(card.locator(".try-faces > li")).to_have_count(1)
        expect(card.locator(".face-box")).to_be_visible()
        page.get_by_role("button", name="Stop the webcam").click()
        expect(card).to_have_count(0)
        flag(page, "camera", "off")


def test_a_refused_webcam_is_explained(server: Server) -> None:
    teacher = Teacher(server)
    with chromium(allow_camera=False) as browser:
        page = browser.new_page()
        sign_in(page, server.base_url, teacher.email, PASSWORD)
        page.goto(f"{server.base_url}/try/")
        flag(page, "ready", "true")
        page.get_by_role("button", name="Use the webcam").click()
        expect(page.locator("#trouble")).to_contain_text("camera")
        expect(page.get_by_role("button", name="Use the webcam")).to_be_enabled()
