"""The typefaces that PDF and chart embed: Noto Serif SC and Noto Sans SC, under the SIL Open Font License 1.1.

The standard's own (方正小标宋, 仿宋_GB2312, 楷体_GB2312, 黑体) may not be passed on; the docx names them, and a
desk that has them prints with them.
"""

from importlib.resources import files
from typing import Final

_HERE: Final = files("pylopdf_fonts_zh_cn")
SERIF: Final = str(_HERE / "NotoSerifSC-Regular.otf")
SANS: Final = str(_HERE / "NotoSansSC-Regular.otf")
