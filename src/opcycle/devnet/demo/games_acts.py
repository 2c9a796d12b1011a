"""Settlement by dispute games: a right root stands, a wrong one is argued down to a step that refutes it."""

from opcycle.challenger.traces import AlphabetTrace, Trace
from opcycle.devnet.accounts import ACCOUNTS
from opcycle.devnet.demo.duel import LIAR, Duel
from opcycle.devnet.demo.liar import Liar
from opcycle.devnet.demo.lying_trace import LyingTrace
from opcycle.devnet.demo.scene import USER, Scene
from opcycle.devnet.demo.stage import Stage, check
from opcycle.devnet.demo.view import Evidence
from opcycle.devnet.steps import step_that_settles
from opcycle.l1.dispute_games import FaultDisputeGame
from opcycle.l1.portal2 import OptimismPortal2
from opcycle.monitor.words import duration, eth
from opcycle.protocol.dispute_game import DisputeGame, GameStatus
from opcycle.protocol.types import Address
from opcycle.rpc.hexjson import checksum, to_hex

CHALLENGER = ACCOUNTS["challenger"]


class GamesActs:
    """The stages from an output root on L1 to ether there."""

    def __init__(self, scene: Scene):
        self._scene = scene
        self._right: DisputeGame
        self._wrong: DisputeGame
        self._real: Trace
        self._lie: LyingTrace
        self._relied_on: Address
        self._before: int  # the challenger's wei before the dispute

    def stages(self) -> list[Stage]:
        return [
            Stage("propose", "a dispute game claims the output root", self._propose),
            Stage("challenge", "a liar claims another one and is argued down to the step", self._challenge),
            Stage("resolve", "the withdrawal is proven, clocks run out, games are decided", self._resolve),
            Stage(
                "settle",
                "the delays pass: the user has the ETH, the challenger the liar's bonds",
                self._settle,
            ),
        ]

    def _propose(self) -> Evidence:
        devnet, number = self._scene.devnet, self._scene.withdrawal_block
        address = self._scene.until(f"a game about L2 block {number} or later", self._covering)
        self._right = game = self._scene.look(self._contract(address))
        verified = devnet.node.output_at_block(game.claimed_block)
        sequenced = devnet.l2.block(game.claimed_block).output
        check("the verifier computes the same root", holds=verified.output_root == game.root.value)
        check("so does the sequencer's chain", holds=sequenced.root == game.root.value)
        return {
            "game": f"{checksum(address)} about L2 block {game.claimed_block}",
            "output root": to_hex(game.root.value),
            "bond": f"{eth(game.root.bond)} ETH of {checksum(game.root.claimant)}",
        }

    def _challenge(self) -> Evidence:
        """The liar's L2 differs from the block of the withdrawal on, or from the one before."""
        devnet = self._scene.devnet
        self._before = self._scene.l1_balance(CHALLENGER.address)
        number = Liar.disputable(self._scene.withdrawal_block, starting_block=self._right.starting_block)
        self._real = self._machine()
        self._lie = self._plot()
        liar = Liar(lambda block: devnet.l2.block(block).output.root, self._lie, since=number)
        self._wrong = game = Duel(self._scene, liar, CHALLENGER).claim(self._right.claimed_block)
        depths, claimants = zip(*[(c.position.depth, c.claimant) for c in game.claims], strict=True)
        check("a claim at each depth", holds=list(depths) == list(range(game.parameters.max_depth + 1)))
        check("the liar's at even depths", holds=set(claimants[::2]) == {LIAR.address})
        check("the challenger's at odd ones", holds=set(claimants[1::2]) == {CHALLENGER.address})
        last = game.claims[-1]
        check("the last is the liar's and refuted by a step", holds=last.countered_by == CHALLENGER.address)
        dispute, step = step_that_settles(self._real, game, last)
        check("the dispute is about the block where the lie begins", holds=dispute.disputed_block == number)
        check("and about the step where it begins", holds=step == self._lie.since(dispute))
        return {
            "wrong root": f"{to_hex(game.root.value)} for L2 block {game.claimed_block}",
            "game": checksum(game.address),
            "argued down to": f"block {number}, step {step:,}, {len(game.claims)} claims deep",
            "refuted by": f"a step of the machine, sent by {checksum(CHALLENGER.address)}",
            "bonds at stake": f"{eth(sum(claim.bond for claim in game.claims))} ETH",
        }

    def _machine(self) -> Trace:
        """What the machine really does, as the liar knows as well as anybody."""
        return AlphabetTrace()

    def _plot(self) -> LyingTrace:
        """What the liar says of it."""
        parameters = self._right.parameters
        middle = 2 ** (parameters.max_depth - parameters.split_depth - 2)
        return LyingTrace(self._real, since=lambda _: middle)

    def _resolve(self) -> Evidence:
        scene, devnet = self._scene, self._scene.devnet
        proof = scene.prove()
        self._relied_on = self._proven_against()
        game = scene.look(self._contract(self._relied_on))
        root = devnet.node.output_at_block(game.claimed_block).output_root
        check("it is proven against a right root", holds=game.root.value == root)
        travelled_from = devnet.l1.head.timestamp
        devnet.travel(self._right.parameters.max_clock + 1)
        wrong = scene.until("the decision about the wrong root", lambda: self._decided(self._wrong.address))
        check("the wrong root is lost", holds=wrong is GameStatus.CHALLENGER_WINS)
        right = scene.until("the decision about the right root", lambda: self._decided(self._relied_on))
        check("the right one stands", holds=right is GameStatus.DEFENDER_WINS)
        return {
            "proven in": to_hex(proof),
            "proven against": f"{checksum(self._relied_on)} about L2 block {game.claimed_block}",
            "travelled on L1": duration(devnet.l1.head.timestamp - travelled_from),
            "right game": "the defenders win",
            "wrong game": "the challengers win",
        }

    def _settle(self) -> Evidence:
        scene, devnet = self._scene, self._scene.devnet
        games, wrong = devnet.config.games, self._contract(self._wrong.address)
        travelled_from = devnet.l1.head.timestamp
        devnet.travel(games.proof_maturity_delay + 1)
        finalized = scene.finalize()
        challenger = CHALLENGER.address

        def is_unlocked() -> bool | None:
            return wrong.contract.read("hasUnlockedCredit", challenger, block="latest") or None

        scene.until("the bonds to be unlocked", is_unlocked)
        devnet.travel(games.weth_delay + 1)
        scene.until("the bonds", lambda: wrong.earnings(challenger, block="latest").amount == 0 or None)
        staked = sum(claim.bond for claim in self._wrong.claims if claim.claimant == LIAR.address)
        won = scene.l1_balance(challenger) - self._before
        check(f"the challenger has the liar's {eth(staked)} ETH", holds=staked * 9 // 10 < won <= staked)
        return {
            **finalized,
            "travelled on L1": duration(devnet.l1.head.timestamp - travelled_from),
            "won": f"{eth(won)} ETH by {checksum(challenger)}: the liar's bonds, less gas",
        }

    # --- games ---

    def _covering(self) -> Address | None:
        """The first game about the block of the withdrawal or a later one."""
        factory, kind = self._scene.devnet.assembly.factory(), self._scene.devnet.config.games.game_type
        count = factory.game_count(block="latest")
        found = factory.latest_games(kind, until=count, block="latest") if count else []
        covering = [listed for listed in found if listed.l2_block >= self._scene.withdrawal_block]
        return covering[-1].address if covering else None

    def _proven_against(self) -> Address:
        """The game that the portal has on record for the user's withdrawal."""
        devnet = self._scene.devnet
        withdrawal = devnet.bridge(USER).status(self._scene.withdrawal).withdrawal
        check("the withdrawal is known", holds=withdrawal is not None)
        assert withdrawal is not None
        portal = OptimismPortal2(devnet.l1.rpc, devnet.deployment.addresses.optimism_portal)
        (proof,) = portal.proofs(withdrawal.hash, [USER.address], block="latest")
        return proof.game

    def _decided(self, address: Address) -> GameStatus | None:
        status = self._scene.look(self._contract(address)).status
        return None if status is GameStatus.IN_PROGRESS else status

    def _contract(self, address: Address) -> FaultDisputeGame:
        return FaultDisputeGame(self._scene.devnet.l1.rpc, address)
