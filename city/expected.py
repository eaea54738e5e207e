"""What a value of the policy should be, said to whoever wrote another one. Pure."""

from collections.abc import Mapping
from functools import cache

from msgspec import Struct, inspect


def expected(wanted: inspect.Type) -> str:
    """One sentence in Chinese."""
    match wanted:
        case inspect.BoolType():
            return "应为 true 或 false"
        case inspect.IntType(ge=low, le=high):
            return f"应为 {low} 到 {high} 的整数"
        case inspect.FloatType(gt=above, ge=low, lt=below, le=high):
            lower = f"大于 {above:g}" if above is not None else f"不小于 {low:g}"
            upper = f"小于 {below:g}" if below is not None else f"不大于 {high:g}"
            return f"应为{lower}、{upper}的数"
        case inspect.TimeType():
            return "应为 HH:MM 的时刻"
        case inspect.StrType(min_length=shortest, max_length=longest):
            return f"应为 {shortest} 到 {longest} 个字的文字"
        case inspect.VarTupleType(min_length=fewest, max_length=most):
            return f"应为 {fewest} 到 {most} 项文字的列表"
    raise AssertionError(f"policy holds no {wanted}")


@cache
def fields_of(struct: type[Struct]) -> Mapping[str, inspect.Field]:
    """The keys of a table, looked up once: facts change a policy, and each partition reads them."""
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)
    return {entry.encode_name: entry for entry in shape.fields}
