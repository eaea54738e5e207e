"""Runs router: read settings, assemble, listen."""

from chassis import run
from chassis.tokens import Verifier
from city.masking import mask
from city.profile import Profile
from services.router import store, web
from services.router.app import build


async def assemble(process: run.Process) -> run.Assembled:
    """Router on Kafka and PostgreSQL."""
    profile = Profile.load(process.settings.city)
    public_key = process.settings.token_public_key_file
    if public_key is None:
        raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
    models = store.Models(process.pool)
    verifier = Verifier(public_key.read_bytes())
    return run.Assembled(
        service=build(profile, models),
        store=store.postgres(process.pool),
        clock=process.clock(profile.zone),
        routes=[web.routes(store.Reader(process.pool), models, verifier, profile.department)],
    )


if __name__ == "__main__":
    run.listener("router", "Assigns each post to the unit whose duty it is.", assemble, mask)
