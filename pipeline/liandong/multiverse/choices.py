"""Plan before run: what could have been chosen, multiplied out into models."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import polars as pl

from liandong.definitions import MOST_SPECIFICATIONS, Effect, Multiverse
from liandong.errors import EstimationError
from liandong.models import ModelPlan, Term, plan_effects

COMMON, COMPLETE = "common", "complete"
_MOST_EFFECTS = 2

Rule = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Controls that enter or stay out together: the block's name and its columns, 0/1 columns of nominal ones."""

    name: str
    terms: Rule


@dataclass(frozen=True, slots=True)
class Choices:
    """The factors of a multiverse.

    Attributes
    ----------
    effect, multiverse
        As the definitions name them.
    plan
        All control columns that any specification uses, coded; its outcomes are one of many.
    blocks
        Those with at least one column.
    published
        The controls of the effect's last step.
    scorings
        Outcome → the columns that may stand for it, its own first.
    absorb
        Sets of fixed effects, the study's own first; in each the effect with more levels first.
    kinds
        Names of covariance matrices.
    """

    effect: Effect
    multiverse: Multiverse
    plan: ModelPlan
    blocks: tuple[Block, ...]
    published: Rule
    scorings: Mapping[str, tuple[str, ...]]
    absorb: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Sets of columns whose complete cases make up all samples."""
        scorings = [(column,) for columns in self.scorings.values() for column in columns]
        blocks = [block.terms for block in self.blocks]
        published = [self.published] if self.published else []
        return tuple(dict.fromkeys([(self.effect.treatment,), *scorings, *blocks, *published]))


@dataclass(frozen=True, slots=True)
class Model:
    """A specification before its fixed effects and its inference are chosen.

    Attributes
    ----------
    outcome, scoring
        The outcome, and the column that stands for it.
    controls
        Names of the blocks.
    regressors
        Columns, the treatment first.
    sample
        "common", "complete" or the name of a sample rule.
    rules
        Sets of columns on which the rows of the sample are complete.
    published
        Whether this is the study's own model, if its fixed effects are the study's too.
    """

    outcome: str
    scoring: str
    controls: tuple[str, ...]
    regressors: tuple[str, ...]
    sample: str
    rules: tuple[Rule, ...]
    published: bool


def plan_choices(frame: pl.DataFrame, effect: Effect, multiverse: Multiverse, nominal: Collection[str]) -> Choices:
    """Return the factors of `multiverse`.

    Raises
    ------
    EstimationError
        As :func:`liandong.models.plan_effects`, for more than two fixed effects at once, and when the factors multiply
        to more than 20,000 specifications: the message names them.
    """
    scorings = {outcome: _scorings(multiverse, outcome) for outcome in effect.outcomes}
    steps = effect.steps if multiverse.blocks is None else multiverse.blocks
    columns = tuple(dict.fromkeys(column for own in scorings.values() for column in own))
    everything = effect.model_copy(update={"steps": (*effect.steps, *steps), "outcomes": columns})
    plan = plan_effects(frame, [everything], nominal)[0]
    terms = _terms_by_column(term for term in plan.terms if term.column != effect.treatment)
    blocks = [Block(step.name, _columns(step.add, terms)) for step in steps]
    choices = Choices(
        effect=effect,
        multiverse=multiverse,
        plan=plan,
        blocks=tuple(block for block in blocks if block.terms),
        published=_columns([column for step in effect.steps for column in step.add], terms),
        scorings=scorings,
        absorb=_absorb(frame, effect, multiverse),
        kinds=tuple(dict.fromkeys(multiverse.inference)),
    )
    _refuse_too_many(choices)
    return choices


def plan_specifications(choices: Choices) -> Iterator[Model]:
    """Yield the models of one set of fixed effects: outcomes × scorings × samples × subsets of the control blocks.

    The study's own model is among them; where no subset of the blocks makes up its controls, it is one more.
    """
    samples = (COMMON, COMPLETE, *(rule.name for rule in choices.multiverse.samples))
    subsets = tuple(_subsets(choices.blocks))
    everywhere = tuple(block.terms for block in choices.blocks)
    home = next((chosen for chosen in subsets if _terms(chosen) == set(choices.published)), None)
    own_sample = COMMON if _terms(choices.blocks) == set(choices.published) else COMPLETE
    for outcome, columns in choices.scorings.items():
        for scoring, sample, chosen in product(columns, samples, subsets):
            rules = tuple(block.terms for block in chosen) if sample == COMPLETE else everywhere
            published = scoring == outcome and sample == own_sample and chosen == home
            yield _model(choices, outcome, scoring, chosen, sample, rules, published=published)
        if home is None:
            own = Block("+".join(step.name for step in choices.effect.steps if step.add), choices.published)
            yield _model(choices, outcome, outcome, (own,), COMPLETE, (own.terms,), published=True)


def _model(
    choices: Choices,
    outcome: str,
    scoring: str,
    chosen: Sequence[Block],
    sample: str,
    rules: tuple[Rule, ...],
    *,
    published: bool,
) -> Model:
    treatment = choices.effect.treatment
    return Model(
        outcome=outcome,
        scoring=scoring,
        controls=tuple(block.name for block in chosen),
        regressors=tuple(dict.fromkeys([treatment, *(term for block in chosen for term in block.terms)])),
        sample=sample,
        rules=((treatment,), (scoring,), *rules),
        published=published,
    )


def _subsets(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    for size in range(len(blocks) + 1):
        yield from combinations(blocks, size)


def _terms(blocks: Sequence[Block]) -> set[str]:
    return {term for block in blocks for term in block.terms}


def _scorings(multiverse: Multiverse, outcome: str) -> tuple[str, ...]:
    others = (column for scoring in multiverse.scorings if scoring.outcome == outcome for column in scoring.columns)
    return tuple(dict.fromkeys([outcome, *others]))


def _terms_by_column(terms: Iterable[Term]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for term in terms:
        found[term.column] = (*found.get(term.column, ()), term.name)
    return found


def _columns(names: Sequence[str], terms: Mapping[str, Rule]) -> Rule:
    """Return the coded columns of `names`; a nominal column with one level has none."""
    return tuple(dict.fromkeys(term for name in names for term in terms.get(name, ())))


def _absorb(frame: pl.DataFrame, effect: Effect, multiverse: Multiverse) -> tuple[tuple[str, ...], ...]:
    sizes = {name: frame[name].n_unique() for names in (effect.absorb, *(multiverse.absorb or ())) for name in names}
    sets: dict[frozenset[str], tuple[str, ...]] = {}
    for names in (effect.absorb, *(multiverse.absorb or ())):
        if len(names) > _MOST_EFFECTS:
            raise EstimationError(
                f"expected at most two fixed effects at once; got {', '.join(names)}",
                where=f"analysis.multiverses: {effect.id}",
                hint="take one out of the set, or join two columns into one by a derived column",
                zh="一个设定最多吸收两个固定效应。",
            )
        sets.setdefault(frozenset(names), tuple(sorted(names, key=lambda name: -sizes[name])))
    return tuple(sets.values())


def _refuse_too_many(choices: Choices) -> None:
    factors = {
        f"{sum(map(len, choices.scorings.values()))} outcomes and scorings": sum(map(len, choices.scorings.values())),
        f"2^{len(choices.blocks)} subsets of control blocks": 2 ** len(choices.blocks),
        f"{2 + len(choices.multiverse.samples)} samples": 2 + len(choices.multiverse.samples),
        f"{len(choices.absorb)} sets of fixed effects": len(choices.absorb),
        f"{len(choices.kinds)} inferences": len(choices.kinds),
    }
    number = math.prod(factors.values())
    if number > MOST_SPECIFICATIONS:
        raise EstimationError(
            f"expected at most {MOST_SPECIFICATIONS} specifications; {' × '.join(factors)} make {number}",
            where=f"analysis.multiverses: {choices.effect.id}",
            hint="join control blocks (analysis.multiverses: blocks), or leave out scorings, samples or inferences",
            zh=f"多重宇宙分析的设定过多（{number} 个），请合并控制变量组或减少备选项。",
        )
