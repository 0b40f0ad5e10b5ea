"""What every edit is given."""

from __future__ import annotations

from dataclasses import dataclass

from goodfit.facts import Facts, SettingsFacts
from goodfit.patch.changes import CannotEditError
from goodfit.patch.plan import Plan
from goodfit.patch.script import Script
from goodfit.patch.sites import Sites
from goodfit.patch.spelling import Speller
from goodfit.recipe import DataRecipe, FitRecipe, ModelRecipe, Recipe, Rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """The source, what is known of it, the two recipes, and the plan that edits go into."""

    script: Script
    plan: Plan
    spell: Speller
    sites: Sites
    facts: Facts
    before: Recipe
    after: Recipe

    @property
    def settings(self) -> SettingsFacts:
        """What compile and fit were told.

        Raises:
            CannotEditError: it is not known.
        """
        if self.facts.settings is None:
            raise CannotEditError("it is not known where the model is compiled and fitted")
        return self.facts.settings


def without_recipes(source: str, path: str, facts: Facts) -> Context:
    """For edits that ask for no recipe, where there is none of what was to be trained.

    Raises:
        CannotEditError: the source cannot be parsed.
    """
    script = Script(source)
    plan = Plan(script)
    none = Recipe(
        model=ModelRecipe(),
        compile={},
        fit=FitRecipe(),
        data=DataRecipe(train=Rows(x=None, y=None)),
    )
    return Context(
        script=script,
        plan=plan,
        spell=Speller(script, plan),
        sites=Sites(script, path, facts),
        facts=facts,
        before=none,
        after=none,
    )
