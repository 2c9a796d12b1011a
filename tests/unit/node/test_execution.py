"""Making derived blocks on an engine that may refuse them."""

from dataclasses import replace

import pytest
from tests.unit.derivation.l1_builder import GENESIS, L1_CHAIN, batches_on, chain, payload_of
from tests.unit.node.fakes import GENESIS_BLOCK, FakeEngine
from tests.unit.node.world import PATIENT

from opcycle.derivation.attributes import DerivedAttributes
from opcycle.derivation.pipeline import DerivationPipeline
from opcycle.errors import CriticalError, ResetError, TemporaryError
from opcycle.node.execution import announce, execute
from opcycle.node.heads import Heads

HEADS = Heads(unsafe=GENESIS, safe=GENESIS, finalized=GENESIS)
USER_TX = b"\x02 a user's"


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def pipeline() -> DerivationPipeline:
    return pipeline_with(USER_TX)


def pipeline_with(transaction: bytes) -> DerivationPipeline:
    """About to derive one block with that transaction."""
    batches, _ = batches_on(GENESIS, 1, transactions=lambda number: [transaction])
    pipeline = DerivationPipeline(PATIENT, L1_CHAIN)
    first, second = chain(2, {1: [payload_of(batches)]})
    pipeline.reset(origin_block=first, system_config=GENESIS_BLOCK.system_config, safe_head=GENESIS)
    pipeline.push(second)
    return pipeline


@pytest.fixture
def derived(pipeline: DerivationPipeline) -> DerivedAttributes:
    found = pipeline.next(GENESIS, GENESIS_BLOCK.system_config)
    assert isinstance(found, DerivedAttributes)
    return found


def test_execute__good_block__is_stored_and_not_yet_the_head(engine, pipeline, derived) -> None:
    made = execute(PATIENT, engine, pipeline, HEADS, derived)
    assert made.user_transactions == (USER_TX,)
    assert made.ref.parent_hash == GENESIS.hash
    assert engine.block(made.ref.hash) == made
    assert engine.number() == 0


def test_execute__its_forkchoice__makes_the_heads_those_of_the_engine(engine, pipeline, derived) -> None:
    execute(PATIENT, engine, pipeline, HEADS, derived)
    assert engine.labels == {"safe": GENESIS.hash, "finalized": GENESIS.hash}


@pytest.mark.parametrize("refusal", ["unpayable", "poison"])
def test_execute__transaction_refused__deposits_stay(engine, pipeline, derived, refusal: str) -> None:
    getattr(engine, refusal).add(USER_TX)
    made = execute(PATIENT, engine, pipeline, HEADS, derived)
    assert made.user_transactions == ()
    assert made.transactions == derived.attributes.transactions[:1]


@pytest.mark.parametrize(("first_byte", "kept"), [(2, 1), (3, 0), (4, 1)])
def test_execute__blob_transaction__deposits_stay(engine, first_byte: int, kept: int) -> None:
    pipeline = pipeline_with(bytes([first_byte]) + b" a user's")
    made = execute(PATIENT, engine, pipeline, HEADS, pipeline.next(GENESIS, GENESIS_BLOCK.system_config))
    assert len(made.user_transactions) == kept


@pytest.mark.parametrize("refusal", ["unpayable", "poison"])
def test_execute__deposit_refused__critical(engine, pipeline, derived, refusal: str) -> None:
    getattr(engine, refusal).add(derived.attributes.transactions[0])
    with pytest.raises(CriticalError, match="rejects the deposits-only block after 0:"):
        execute(PATIENT, engine, pipeline, HEADS, derived)


def test_execute__head_refused__critical(engine, pipeline, derived) -> None:
    engine.rejects_heads = True
    with pytest.raises(CriticalError, match=r"rejects L2 block 0:.* which it had executed itself"):
        execute(PATIENT, engine, pipeline, HEADS, derived)


def test_execute__engine_lost_the_head__temporary(engine, pipeline, derived) -> None:
    lost = HEADS.advance(execute(PATIENT, engine, pipeline, HEADS, derived).ref)
    announce(engine, lost)
    engine.lose(1)
    with pytest.raises(TemporaryError):
        execute(PATIENT, engine, pipeline, lost, derived)


def test_announce__heads__are_those_of_the_engine(engine, pipeline, derived) -> None:
    made = execute(PATIENT, engine, pipeline, HEADS, derived)
    announce(engine, HEADS.advance(made.ref))
    assert engine.block("latest") == made
    assert (engine.number("safe"), engine.number("finalized")) == (1, 0)


def test_announce__head_refused__critical(engine) -> None:
    announce(engine, HEADS)
    engine.rejects_heads = True
    with pytest.raises(CriticalError, match="which it had executed itself"):
        announce(engine, HEADS)


def test_announce__finalized_is_of_another_chain__reset(engine) -> None:
    with pytest.raises(ResetError, match="finalized block not in canonical chain"):
        announce(engine, replace(HEADS, finalized=replace(GENESIS, hash=b"\x66" * 32)))
