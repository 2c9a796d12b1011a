"""An L2 execution engine and the clients that talk to it: op-geth as our child, or one that somebody runs."""

from pathlib import Path

from opcycle.agent import Outcome
from opcycle.deploy.deployment import Deployment
from opcycle.engine.client import EngineClient
from opcycle.engine.geth import AttachedEngine, GethProcess, GethRole
from opcycle.engine.l2 import L2Client


class L2Engine:
    """Also an agent, whose one duty is to start a child again that died. `name` is unique among agents."""

    def __init__(self, name: str, deployment: Deployment, source: GethProcess | AttachedEngine):
        self.name = name
        self.source = source
        self.engine = EngineClient(source.engine_url, source.jwt_secret)
        self.l2 = L2Client(source.http_url, deployment.rollup)
        self._chain_id = deployment.rollup.l2_chain_id

    @classmethod
    def child(
        cls,
        name: str,
        deployment: Deployment,
        directory: Path,
        *,
        http_port: int,
        auth_port: int,
        keeps_transactions: bool = True,
    ) -> "L2Engine":
        """An op-geth whose database is in `directory`, not started yet; see `GethProcess`."""
        geth = GethProcess(
            directory,
            deployment.genesis_file,
            role=GethRole.L2,
            chain_id=deployment.rollup.l2_chain_id,
            http_port=http_port,
            auth_port=auth_port,
            keeps_transactions=keeps_transactions,
        )
        return cls(name, deployment, geth)

    def start(self) -> None:
        """Raises UserError for a busy port, or an engine of another chain."""
        if isinstance(self.source, GethProcess):
            self.source.start()
        else:
            self.source.check(self._chain_id)

    def stop(self) -> None:
        if isinstance(self.source, GethProcess):
            self.source.stop()
        self.engine.close()
        self.l2.rpc.close()

    def step(self) -> Outcome:
        if isinstance(self.source, GethProcess) and not self.source.running:
            self.source.start()
            return Outcome.done("op-geth had died and was started again")
        return Outcome.idle("op-geth runs")

    def reset(self) -> None:
        """Nothing to forget: the engine's chain is the state."""
