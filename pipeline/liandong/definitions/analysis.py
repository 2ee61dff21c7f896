"""The plan of analysis: what is estimated, in which families, and what a reader will ask about it next."""

from __future__ import annotations

from typing import Literal

from pydantic import Field as Key

from liandong.definitions.text import Definition, ExpressionText, Text

MOST_SPECIFICATIONS = 20_000  # of a multiverse: more take long, and say no more

Identifier = str
Role = Literal["primary", "secondary", "exploratory"]


class Assignment(Definition):
    """How the treatment came about; it chooses the inference and the verbs of the report."""

    kind: Literal["observational", "randomised"]
    unit: str | None = None
    strata: str | None = None
    note: Text | None = None


class Derived(Definition):
    """A column computed from answers after validation, for use in models and subgroups."""

    name: Identifier
    title: Text
    expression: ExpressionText
    categories: tuple[tuple[str | int | float, Text], ...] = ()


class Step(Definition):
    """One step of a nested model: the controls that it adds to the step before."""

    name: str
    title: Text | None = None
    add: tuple[str, ...] = ()


class Effect(Definition):
    """One treatment on one or several outcomes, estimated in nested steps over one common sample.

    Attributes
    ----------
    assignment
        How this treatment came about, where it differs from the design's.
    cluster
        One column, or two for two-way clustering; all else is computed with the first.
    subgroups
        Columns of groups named in advance: the treatment is compared between them by interactions.
    dose_response
        Also compare every value of the treatment, a count or a frequency, with its lowest.
    ordinal
        Single answers on an ordered scale, on which an ordered logit checks the sign of the treatment.
    balance
        Columns on which the treated and the untreated are compared; all controls of the steps by default.
    """

    id: Identifier
    title: Text
    note: Text | None = None
    assignment: Assignment | None = None
    role: Role
    outcomes: tuple[str, ...] = Key(min_length=1)
    treatment: str
    absorb: tuple[str, ...] = Key(default=(), max_length=2)
    cluster: tuple[str, ...] = Key(min_length=1, max_length=2)
    steps: tuple[Step, ...] = Key(min_length=1)
    subgroups: tuple[str, ...] = ()
    dose_response: bool = False
    ordinal: tuple[str, ...] = ()
    balance: tuple[str, ...] | None = None

    @property
    def balanced(self) -> tuple[str, ...]:
        """The columns of `balance`, with its default."""
        controls = (column for step in self.steps for column in step.add)
        return self.balance if self.balance is not None else tuple(dict.fromkeys(controls))


class Inference(Definition):
    """Random draws of bootstrap and permutations with their seed, and the power that a smallest effect refers to."""

    draws: int = Key(default=9999, ge=99, le=999_999)
    seed: int = Key(default=20200501, ge=0)
    power: float = Key(default=0.8, gt=0.5, lt=1.0)


class Family(Definition):
    """Hypotheses that are judged together: the outcomes of these effects, in their last step."""

    id: Identifier
    title: Text
    effects: tuple[str, ...] = Key(min_length=1)


class Mediation(Definition):
    """A treatment that may work through a mediator: product of coefficients, with the assumptions that it needs.

    ``sample`` restricts it to rows where the condition holds, such as those who had the help at all.
    """

    id: Identifier
    title: Text
    note: Text | None = None
    role: Role = "exploratory"
    outcomes: tuple[str, ...] = Key(min_length=1)
    treatment: str
    mediator: str
    controls: tuple[str, ...] = ()
    absorb: tuple[str, ...] = Key(default=(), max_length=1)
    cluster: tuple[str, ...] = Key(min_length=1, max_length=1)
    sample: ExpressionText | None = None


class Scoring(Definition):
    """Another column that may stand for an outcome, such as a single item or another way to score the scale."""

    outcome: str
    columns: tuple[str, ...] = Key(min_length=1)


class SampleRule(Definition):
    """A sample of the multiverse: the rows where a condition holds."""

    name: Identifier
    title: Text
    where: ExpressionText


class Multiverse(Definition):
    """The specifications that somebody could have chosen for one effect.

    Every subset of its control blocks (the steps of the effect, unless ``blocks`` names others) × outcomes × scorings ×
    sample rules × fixed effects × inferences. The common sample and the complete cases of each specification are always
    among the sample rules.
    """

    effect: str
    blocks: tuple[Step, ...] | None = None
    scorings: tuple[Scoring, ...] = ()
    samples: tuple[SampleRule, ...] = ()
    absorb: tuple[tuple[str, ...], ...] | None = None
    inference: tuple[Literal["CR1", "CR2", "CR3"], ...] = ("CR1", "CR2")


class Analysis(Definition):
    """What is estimated, and by which subgroups indicators are shown."""

    derived: tuple[Derived, ...] = ()
    subgroups: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    inference: Inference = Inference()
    families: tuple[Family, ...] = ()
    mediations: tuple[Mediation, ...] = ()
    multiverses: tuple[Multiverse, ...] = ()
