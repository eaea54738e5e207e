"""Where intake keeps its cases, numbers, kept answers and the keys of the vault; and how it looks cases up."""

from services.intake.store.cases import STATES, Cases, PostgresCases, Query
from services.intake.store.columns import COLUMNS, listed_at, memory, postgres
from services.intake.store.erased import ErasedKeys
from services.intake.store.in_memory import MemoryCases, MemoryNumbers, MemoryReadLog
from services.intake.store.numbers import Numbers, PostgresNumbers
from services.intake.store.proofs import MemoryProofs, PostgresProofs, Proofs
from services.intake.store.read_log import PostgresReadLog, ReadLog
from services.intake.store.sealing import MemoryVault, Vault, open_boxes, seal_post, seal_text
from services.intake.store.voices import MemoryVoices, PostgresVoices, Voices

__all__ = [
    "COLUMNS",
    "STATES",
    "Cases",
    "ErasedKeys",
    "MemoryCases",
    "MemoryNumbers",
    "MemoryProofs",
    "MemoryReadLog",
    "MemoryVault",
    "MemoryVoices",
    "Numbers",
    "PostgresCases",
    "PostgresNumbers",
    "PostgresProofs",
    "PostgresReadLog",
    "PostgresVoices",
    "Proofs",
    "Query",
    "ReadLog",
    "Vault",
    "Voices",
    "listed_at",
    "memory",
    "open_boxes",
    "postgres",
    "seal_post",
    "seal_text",
]
