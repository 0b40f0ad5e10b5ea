"""Putting items into comma-separated lists and taking them out, line breaks and comments kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import libcst as cst


class _Layout:
    """Items of a list or call, with the white space before, between and after them. The comment on
    an item's line is in the gap behind it, comments on lines of their own belong to the next."""

    def __init__(self, node: cst.List | cst.Tuple | cst.Call) -> None:

        self.call = isinstance(node, cst.Call)
        items: Any = node.args if isinstance(node, cst.Call) else node.elements
        self.items = [item.with_changes(comma=cst.MaybeSentinel.DEFAULT) for item in items]
        self.gaps = [_after_comma(item) for item in items[:-1]]
        last = items[-1] if items else None
        self.trailing = last is not None and isinstance(last.comma, cst.Comma)
        if isinstance(node, cst.Call):
            self.head: Any = node.whitespace_before_args
            self.tail: Any = cst.SimpleWhitespace("")
            if self.trailing and last is not None:
                self.tail = _after_comma(last)
            elif last is not None:
                self.tail = last.whitespace_after_arg
                self.items[-1] = self.items[-1].with_changes(
                    whitespace_after_arg=cst.SimpleWhitespace("")
                )
        else:
            opening = node.lbracket if isinstance(node, cst.List) else node.lpar[-1]
            closing = node.rbracket if isinstance(node, cst.List) else node.rpar[0]
            self.head, self.tail = opening.whitespace_after, closing.whitespace_before

    def separator(self) -> Any:
        """White space between two items, as this list has it."""

        if not _broken(self.head) or any(not _broken(gap) for gap in self.gaps):
            return cst.SimpleWhitespace(" ")
        return self.head.with_changes(
            first_line=cst.TrailingWhitespace(whitespace=cst.SimpleWhitespace("")), empty_lines=[]
        )

    def insert(self, place: int, item: Any) -> None:
        """Put an item in front of the one at `place`, or at the end."""

        gap = self.separator()
        if not self.items:
            self.items.append(item)
            return
        if place == 0:
            self.gaps.insert(0, gap)
        elif place == len(self.items):
            if _broken(self.tail):
                # The comment of the last line goes with the item that it stood behind.
                gap = gap.with_changes(first_line=self.tail.first_line) if _broken(gap) else gap
                self.tail = self.tail.with_changes(
                    first_line=cst.TrailingWhitespace(whitespace=cst.SimpleWhitespace(""))
                )
            self.gaps.append(gap)
        else:
            before = self.gaps[place - 1]
            if _broken(before) and _broken(gap):
                gap = gap.with_changes(empty_lines=before.empty_lines)
                self.gaps[place - 1] = before.with_changes(empty_lines=[])
            self.gaps.insert(place, gap)
        self.items.insert(place, item)

    def remove(self, place: int) -> None:
        """Take out the item at `place`, with the comment on its line."""
        self.items.pop(place)
        if not self.gaps:
            return
        if place < len(self.gaps):
            self.gaps.pop(place)
        else:
            gap = self.gaps.pop()
            if _broken(self.tail) and _broken(gap):
                self.tail = self.tail.with_changes(first_line=gap.first_line)

    def written(self) -> tuple[list[Any], Any]:
        """The items with their commas, and the white space before the end."""

        found = [
            item.with_changes(comma=cst.Comma(whitespace_after=gap))
            for item, gap in zip(self.items[:-1], self.gaps, strict=True)
        ]
        if not self.items:
            return [], self.tail
        last, tail = self.items[-1], self.tail
        if self.trailing:
            behind = tail if self.call else cst.SimpleWhitespace("")
            last = last.with_changes(comma=cst.Comma(whitespace_after=behind))
        elif self.call:
            last = last.with_changes(whitespace_after_arg=tail)
        return [*found, last], tail


def _after_comma(item: Any) -> Any:

    whole = isinstance(item.comma, cst.Comma)
    return item.comma.whitespace_after if whole else cst.SimpleWhitespace("")


def _broken(space: Any) -> bool:

    return isinstance(space, cst.ParenthesizedWhitespace)


def changed(node: Any, inserted: Mapping[int, Sequence[Any]], removed: Set[int]) -> Any:
    """A list, tuple or call with items put in front of the given places and others taken out.
    Places count the items as they were; the number of items is the place behind the last."""

    layout = _Layout(node)
    for place in range(len(layout.items), -1, -1):
        if place in removed:
            layout.remove(place)
        for item in reversed(inserted.get(place, ())):
            layout.insert(place, item)
    items, tail = layout.written()
    if isinstance(node, cst.Call):
        return node.with_changes(args=items)
    if isinstance(node, cst.List):
        closing = node.rbracket.with_changes(whitespace_before=tail)
        return node.with_changes(elements=items, rbracket=closing)
    closing = node.rpar[0].with_changes(whitespace_before=tail)
    return node.with_changes(elements=items, rpar=[closing, *node.rpar[1:]])
