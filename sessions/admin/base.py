"""What the lists of the admin site share: deletion that counts and erases, and reading alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from sessions.models import Alert, Answer, Connection, Dispute, RoomSample, Sample, Signal
from sessions.site.erasure import erase_traces

MOST_PAGES: Final = 1000
RECORDS: Final = (Connection, Sample, RoomSample, Answer, Signal, Alert, Dispute)
"""Kept by the site itself: nobody adds, changes or deletes one by hand."""


class CountedDeletion:
    """Says how much a deletion takes along, where Django would list every sample of it."""

    admin_site: admin.AdminSite
    takes_along: ClassVar[dict[type[Model], str]]
    """Models whose rows go too, with the filter that finds them by the keys to be deleted."""

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes, how many of each model, which permissions lack, what stands in the way."""
        keys, named = [], []
        counts: dict[str, int] = {}
        for one in objs:
            keys.append(one.pk)
            named.append(f"{one._meta.verbose_name}: {one}")
            counts[str(one._meta.verbose_name_plural)] = len(keys)
        lacking = set()
        for model, found_by in self.takes_along.items():
            count = model._default_manager.filter(**{found_by: keys}).count()
            if not count:
                continue
            counts[str(model._meta.verbose_name_plural)] = count
            # Records go with what they belong to, though nobody may delete one by itself.
            own_admin = self.admin_site.get_model_admin(model)
            if model not in RECORDS and not own_admin.has_delete_permission(request):
                lacking.add(str(model._meta.verbose_name))
        return named, counts, lacking, []


class UncountedPaginator(Paginator):
    """Pages of a table of millions of rows: to count them all takes longer than to show one.

    There seem to be as many as MOST_PAGES hold; a page behind the last row is empty.
    """

    @cached_property
    def count(self) -> int:
        return MOST_PAGES * self.per_page


class ErasingAdmin(admin.ModelAdmin):
    """What is deleted here goes from the database's files, too."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        erase_traces()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        erase_traces()


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    paginator = UncountedPaginator
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
