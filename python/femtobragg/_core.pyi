# The compiled module; its users are the files of this package, which check and name what goes in and out.
from typing import Any

__version__: str

def __getattr__(name: str) -> Any: ...
