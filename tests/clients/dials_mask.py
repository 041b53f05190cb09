# Reads a mask of DIALS with Python's own pickle: prints the shape of each panel and its digits, by what flex arrays
# keep, and the same by DIALS where that is installed.
import io
import json
import pickle
import sys


class Recorded:
    def __init__(self, *arguments):
        self.arguments, self.state = arguments, []

    def __setstate__(self, state):
        self.state.append(state)


class grid(Recorded):
    pass


class array(Recorded):
    pass


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        assert module == 'scitbx_array_family_flex_ext', module
        return {'bool': array, 'grid': grid}[name]


def digits_of(panel):
    (where, data), = panel.state
    first, last, open_range = where.arguments
    assert first == (0, 0) and open_range is True and where.state == [last]
    size = data[0]
    count = int.from_bytes(data[1:size], 'little')
    assert count == last[0] * last[1] == len(data) - size
    return list(last), data[size:].decode()


with open(sys.argv[1], 'rb') as file:
    text = file.read()
panels = [digits_of(panel) for panel in Reader(io.BytesIO(text), encoding='bytes').load()]
answer = {'panels': panels, 'dials': None}
try:
    from dials.array_family import flex  # noqa: F401
    loaded = pickle.loads(text, encoding='bytes')
    answer['dials'] = [[list(mask.all()), ''.join('1' if good else '0' for good in mask)] for mask in loaded]
except ImportError:
    pass
print(json.dumps(answer))
