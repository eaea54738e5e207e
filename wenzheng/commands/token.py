"""A development token for the local stack: `wenzheng token`."""

from pathlib import Path
from typing import Annotated

import typer

from chassis.tokens import LONGEST_LIFE_SECONDS, ROLES, Staff, sign
from city.profile import Profile
from wenzheng.commands.terminal import Data, home_of
from wenzheng.stack.home import CITY, Trouble


def token(
    person: Annotated[str, typer.Option(help="工号。 Staff id.")],
    department: Annotated[str, typer.Option(help="单位代码。 Code of the unit.")],
    role: Annotated[str, typer.Option(help=f"角色 {' | '.join(ROLES)}")],
    data: Data = None,
    hours: Annotated[float, typer.Option(help="有效小时。 Hours of validity.")] = 12.0,
) -> None:
    """本机开发令牌,打印一行。 A development token for the local stack, as one line."""
    if role not in ROLES:
        raise Trouble(f"角色应为 {'、'.join(ROLES)} 之一。 No such role.")
    if not 0 < hours * 3600 <= LONGEST_LIFE_SECONDS:
        raise Trouble("--hours 应大于 0,不超过 24。 A token lives at most a day.")
    home = home_of(data)
    key = home.secret_file("token-private.pem")
    if not key.exists():
        raise Trouble("此数据目录没有签名密钥;请先 wenzheng up。 No signing key here; run wenzheng up first.")
    # The stack may have been started for another city than ours.
    city = Path(home.read_state()["city"] if home.state_file.exists() else CITY)
    if department not in {unit.code for unit in Profile.load(city).departments}:
        raise Trouble(f"没有单位 {department};单位代码见 {city / 'departments.csv'}。 No such unit.")
    print(sign(key.read_bytes(), Staff(person, department, role), max(1, int(hours * 3600))))
