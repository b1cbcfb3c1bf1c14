"""Who points to a row: asked of the foreign keys as the models declare them, so that no table is forgotten."""

from collections.abc import Collection, Sequence

from django.db.models import ManyToOneRel, Model


def referring(model: type[Model], ids: Sequence[int], *, ignore: Collection[type[Model]] = ()) -> dict[int, str]:
    """Those of these rows to which another row points by a foreign key: the id, and the label of an app that does.

    Tables of the models in ``ignore`` are not asked. One statement a foreign key.
    """
    found: dict[int, str] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.field.model in ignore:
            continue
        pointing = relation.field.model
        rows = pointing._base_manager.filter(**{f"{relation.field.name}__in": ids})
        for row_id in rows.values_list(relation.field.attname, flat=True).distinct():
            found.setdefault(row_id, pointing._meta.app_label)
    return found
