"""Random images in the dialects that their formats allow, read by `femtobragg convert` and by other programs.

usage: image_dialects.py FEMTOBRAGG SEED COUNT        prints a line for each file that is read differently
Exit 77 where a reader is missing. Values are compared with those that were packed; fabio, h5py and PIL read the files,
too, where they know the dialect."""
import hashlib, base64, os, random, struct, subprocess, sys, tempfile, zlib

try:
    import fabio, h5py, numpy as np
    from PIL import Image
except ImportError as missing:
    print(missing)
    sys.exit(77)
import logging
logging.disable(logging.CRITICAL)

class Case:
    """A file, the values that were packed, and what convert must make of them."""
    def __init__(self, name, raw, reader=None):
        self.name, self.raw, self.reader = name, raw, reader
        self.no_count, self.pedestal = np.zeros(raw.shape, bool), 0

    def expected(self):
        with np.errstate(all='ignore'):
            out = (self.raw.astype(np.float64) - self.pedestal).astype(np.float32)
        out[self.no_count] = np.nan
        return out

    def mark_counts(self, sentinel):
        """What detectors mark in counts: -1, -2 and the lowest number, or those two without a sign."""
        if self.raw.dtype.kind == 'i':
            if self.pedestal == 0: self.no_count |= (self.raw == -1) | (self.raw == -2)
            self.no_count |= self.raw == np.iinfo(self.raw.dtype).min
        if self.raw.dtype.kind == 'u' and sentinel:
            self.no_count |= self.raw >= np.iinfo(self.raw.dtype).max - 1


def pixels(rng, dtype, spread=None):
    n_slow, n_fast = rng.randint(1, 9), rng.randint(1, 11)
    dtype = np.dtype(dtype)
    numbers = np.random.RandomState(rng.randint(0, 2**31 - 1))
    if dtype.kind == 'f':
        a = (numbers.standard_normal((n_slow, n_fast)) * 10.0**rng.randint(-3, 6)).astype(dtype)
        if rng.random() < 0.2: a.flat[rng.randrange(a.size)] = np.nan
        return a
    info = np.iinfo(dtype)
    if spread or rng.random() < 0.6:
        a = numbers.poisson(rng.choice([1, 30, 100]), (n_slow, n_fast))
        a = np.minimum(a, info.max).astype(dtype)
    else:
        # Beyond 63 bits a number counts as "no count", like all bits set: docs/decisions/018.
        a = numbers.randint(info.min, min(info.max, 2**63 - 1), (n_slow, n_fast), dtype=np.int64).astype(dtype)
    for mark in [info.max, -1, -2, info.min, 0]:
        if rng.random() < 0.3 and info.min <= mark: a.flat[rng.randrange(a.size)] = mark
    return a


def byte_offset(values):
    out, last = b'', 0
    for v in values.ravel().tolist():
        d, last = v - last, v
        if -127 <= d <= 127: out += struct.pack('<b', d)
        elif -32767 <= d <= 32767: out += b'\x80' + struct.pack('<h', d)
        elif -2**31 < d < 2**31: out += b'\x80\x00\x80' + struct.pack('<i', d)
        else: out += b'\x80\x00\x80\x00\x00\x00\x80' + struct.pack('<q', d)
    return out


def make_cbf(rng, path):
    kind = rng.choice(['i1', 'u1', 'i2', 'u2', 'i4', 'i4', 'i4', 'u4', 'f4', 'f8'])
    a = pixels(rng, kind)
    packed = a.dtype.kind != 'f' and rng.random() < 0.7
    big = not packed and rng.random() < 0.3
    data = byte_offset(a) if packed else a.astype(('>' if big else '<') + kind).tobytes()
    end = rng.choice(['\n', '\r\n'])
    sign = {'i': 'signed', 'u': 'unsigned', 'f': 'signed'}[kind[0]]
    element = '"%s %d-bit %s"' % (sign, 8 * a.itemsize, 'real IEEE' if kind[0] == 'f' else 'integer')
    cutoff = rng.choice([None, None, 50, 1e6])
    header = ['# Detector: random', '# Pixel_size 172e-6 m x 172e-6 m']
    if cutoff: header.append('# Count_cutoff %d counts' % cutoff)
    mime = ['X-Binary-Size: %d' % len(data), 'X-Binary-ID: 1', 'X-Binary-Element-Type: ' + element,
            'X-Binary-Size-Fastest-Dimension: %d' % a.shape[1], 'X-Binary-Size-Second-Dimension: %d' % a.shape[0]]
    if rng.random() < 0.7: mime.append('X-Binary-Element-Byte-Order: ' + ('BIG_ENDIAN' if big else 'LITTLE_ENDIAN'))
    elif big: mime.append('X-Binary-Element-Byte-Order: BIG_ENDIAN')
    if rng.random() < 0.5: mime.append('X-Binary-Number-of-Elements: %d' % a.size)
    if rng.random() < 0.5: mime.append('Content-MD5: ' + base64.b64encode(hashlib.md5(data).digest()).decode())
    if rng.random() < 0.5: mime.append('Content-Transfer-Encoding: BINARY')
    pad = rng.choice([0, 0, 1, 4095])
    if pad: mime.append('X-Binary-Size-Padding: %d' % pad)
    rng.shuffle(mime)
    content = ['Content-Type: application/octet-stream;', '     conversions="%s"' % ('x-CBF_BYTE_OFFSET' if packed else 'x-CBF_NONE')]
    text = end.join(['###CBF: VERSION 1.5', 'data_x', '', '_array_data.header_convention "X_1.0"',
                     '_array_data.header_contents', ';'] + header + [';', '', '_array_data.data', ';',
                     '--CIF-BINARY-FORMAT-SECTION--'] + content + mime + ['', ''])
    open(path, 'wb').write(text.encode() + b'\x0c\x1a\x04\xd5' + data + b'\0' * pad +
                           (end + '--CIF-BINARY-FORMAT-SECTION----' + end + ';' + end).encode())
    case = Case('cbf %s %s%s' % (kind, 'offsets' if packed else 'plain', ' big' if big else ''), a,
                (lambda: fabio.open(path).data) if packed else None)
    case.mark_counts(True)
    return case


SMV_TYPES = [('u2', 'TYPE=unsigned_short'), ('u2', 'Data_type=unsigned short int'), ('i2', 'Data_type=short int'),
             ('i4', 'Data_type=long int'), ('u4', 'Data_type=unsigned long int'), ('f4', 'Data_type=float IEEE'),
             ('u1', 'Data_type=unsigned char'), ('i1', 'Data_type=signed char'), ('u2', 'TYPE=mad'), ('i4', 'TYPE=long_int'),
             ('i2', 'TYPE=signed_short'), ('u2', '')]


def make_smv(rng, path):
    kind, words = rng.choice(SMV_TYPES)
    a = pixels(rng, kind)
    big, end = rng.random() < 0.4, rng.choice(['\n', '\n', '\n', '\r\n'])
    equals, semicolon = rng.choice(['=', '= ', ' = ']), rng.choice([';', ';', ' ;'])
    length = rng.choice([512, 512, 1024, 4096])
    lines = ['DIM%s2' % equals, 'SIZE1%s%d' % (equals, a.shape[1]), 'SIZE2%s%d' % (equals, a.shape[0]),
             'BYTE_ORDER%s%s' % (equals, 'big_endian' if big else 'little_endian')]
    if words: lines.append(words.replace('=', equals))
    pedestal = rng.choice([0, 0, 0, 10]) if a.dtype.kind == 'u' else 0
    if pedestal: lines.append('IMAGE_PEDESTAL%s%d' % (equals, pedestal))
    if rng.random() < 0.3: lines.append('HOLDERS%s{ X Y }' % equals)
    if rng.random() < 0.3: lines.append('MY_TYPE%ssigned_short' % equals)
    rng.shuffle(lines)
    text = end.join(['{', 'HEADER_BYTES=%5d;' % length] + [l + semicolon for l in lines] + ['}', '\f'])
    open(path, 'wb').write(text.ljust(length).encode() + a.astype(('>' if big else '<') + kind).tobytes())
    plain = words.startswith('Data_type') and end == '\n' and equals == '=' and semicolon == ';' and kind != 'u2' and not big
    case = Case('smv ' + words + (' big' if big else '') + (' crlf' if end == '\r\n' else ''), a,
                (lambda: fabio.open(path).data) if plain else None)
    case.pedestal = pedestal
    case.mark_counts(kind == 'u4')
    if pedestal: case.no_count |= a == 0
    return case


def tiff_bytes(rng, a, big):
    order, kind = ('>' if big else '<'), a.dtype.kind
    stored = a.astype(order + a.dtype.str[1:])
    deflate, tiled, predictor = rng.random() < 0.4, rng.random() < 0.4, 1
    if deflate and kind in 'iu' and a.itemsize <= 4 and rng.random() < 0.5: predictor = 2
    n_slow, n_fast = a.shape
    if tiled:
        blocks = []
        for y in range(0, n_slow, 16):
            for x in range(0, n_fast, 16):
                tile = np.zeros((16, 16), stored.dtype)
                piece = stored[y:y + 16, x:x + 16]
                tile[:piece.shape[0], :piece.shape[1]] = piece
                blocks.append(tile)
    else:
        rows = rng.randint(1, n_slow)
        blocks = [stored[y:y + rows] for y in range(0, n_slow, rows)]
    def packed(block):
        if predictor == 2:
            u = np.dtype('u%d' % a.itemsize)
            native = np.ascontiguousarray(block).astype(block.dtype.newbyteorder('=')).view(u)
            difference = native.copy()
            with np.errstate(over='ignore'): difference[:, 1:] = native[:, 1:] - native[:, :-1]
            block = difference.astype(u.newbyteorder(order))
        data = np.ascontiguousarray(block).tobytes()
        return zlib.compress(data) if deflate else data
    data = [packed(b) for b in blocks]
    head = struct.pack(order + '2sHI', b'MM' if big else b'II', 42, 8)
    entries = [(256, 4, [n_fast]), (257, 4, [n_slow]), (258, 3, [8 * a.itemsize]), (259, 3, [8 if deflate else 1]),
               (262, 3, [1]), (277, 3, [1]), (339, 3, [{'u': 1, 'i': 2, 'f': 3}[kind]])]
    if predictor == 2: entries.append((317, 3, [2]))
    entries += [(322, 4, [16]), (323, 4, [16]), (324, 4, None), (325, 4, [len(d) for d in data])] if tiled else \
               [(273, 4, None), (278, 4, [rows]), (279, 4, [len(d) for d in data])]
    entries.sort()
    size = {3: 2, 4: 4}
    extra_at = 8 + 2 + 12 * len(entries) + 4
    extra_length = sum(size[t] * len(data if v is None else v) for _, t, v in entries if size[t] * len(data if v is None else v) > 4)
    at, offsets = extra_at + extra_length, []
    for d in data:
        offsets.append(at)
        at += len(d)
    directory, extra = struct.pack(order + 'H', len(entries)), b''
    for tag, kind_of, values in entries:
        values = offsets if values is None else values
        body = b''.join(struct.pack(order + {3: 'H', 4: 'I'}[kind_of], v) for v in values)
        directory += struct.pack(order + 'HHI', tag, kind_of, len(values))
        if len(body) <= 4: directory += body.ljust(4, b'\0')
        else:
            directory += struct.pack(order + 'I', extra_at + len(extra))
            extra += body
    name = ('tiles' if tiled else 'strips') + (' deflate' if deflate else '') + (' predictor' if predictor == 2 else '') + (' big' if big else '')
    return head + directory + struct.pack(order + 'I', 0) + extra + b''.join(data), name


def make_tiff(rng, path):
    way = rng.choice(['own', 'own', 'fabio', 'pil'])
    if way == 'own':
        a = pixels(rng, rng.choice(['u1', 'u2', 'u4', 'i1', 'i2', 'i4', 'f4', 'f8', 'u8', 'i8']))
        data, words = tiff_bytes(rng, a, rng.random() < 0.4)
        open(path, 'wb').write(data)
        simple = 'deflate' not in words and 'tiles' not in words and a.dtype.str[1:] in ('u1', 'u2', 'u4', 'i4', 'f4')
        case = Case('tiff %s %s' % (a.dtype.str[1:], words), a, (lambda: fabio.open(path).data) if simple else None)
    elif way == 'fabio':
        a = pixels(rng, rng.choice(['u1', 'u2', 'u4', 'i4', 'f4']))
        fabio.tifimage.TifImage(data=a).write(path)
        case = Case('tiff fabio ' + a.dtype.str[1:], a)
    else:
        a = pixels(rng, rng.choice(['u1', 'i4', 'f4', 'u2']))
        packing = rng.choice([None, 'tiff_lzw', 'tiff_adobe_deflate', 'packbits'])
        Image.fromarray(a).save(path, compression=packing)
        case = Case('tiff pil %s %s' % (a.dtype.str[1:], packing), a, lambda: np.array(Image.open(path)))
    case.mark_counts(case.raw.dtype.itemsize > 2)
    return case


def make_nxmx(rng, path):
    kind = rng.choice(['u1', 'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f4', 'f8', '>u2', '>i4', '>f4'])
    a = pixels(rng, kind)
    frames = rng.choice([None, 1, 3])
    with h5py.File(path, 'w') as f:
        entry = f.create_group('entry')
        entry.attrs['NX_class'] = 'NXentry'
        entry['definition'] = 'NXmx'
        data = entry.create_group('data')
        data.attrs['NX_class'] = 'NXdata'
        signal = rng.choice(['data', 'counts'])
        if signal != 'data' or rng.random() < 0.5: data.attrs['signal'] = signal
        options = rng.choice([{}, {'chunks': True}, {'compression': 'gzip'}, {'compression': 'gzip', 'shuffle': True},
                              {'compression': 'gzip', 'fletcher32': True}])
        stack = a if frames is None else np.stack([a] + [a * 0] * (frames - 1))
        data.create_dataset(signal, data=stack, dtype=kind, **options)
        instrument = entry.create_group('instrument')
        instrument.attrs['NX_class'] = 'NXinstrument'
        detector = instrument.create_group('detector')
        detector.attrs['NX_class'] = 'NXdetector'
        case = Case('nxmx %s %s' % (kind, ' '.join(options)), np.asarray(a).astype(np.dtype(kind).newbyteorder('=')),
                    lambda: h5py.File(path, 'r')['entry/data/' + signal][() if frames is None else 0])
        case.mark_counts(True)
        if rng.random() < 0.5:
            bits = np.random.RandomState(rng.randint(0, 2**31 - 1)).choice([0, 0, 0, 1, 2, 16, 256, 3, 2**31], a.shape).astype('u4')
            detector.create_dataset('pixel_mask', data=bits)
            case.no_count |= bits != 0
        if rng.random() < 0.5: detector['saturation_value'] = rng.choice([60, 60000])
    return case


def make_npy(rng, path):
    a = pixels(rng, rng.choice(['u1', 'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f4', 'f8', '>i4', '>u2', '>f8']))
    with open(path, 'wb') as f: np.lib.format.write_array(f, a, version=rng.choice([(1, 0), (2, 0), (3, 0), None]))
    case = Case('npy ' + a.dtype.str, a.astype(a.dtype.newbyteorder('=')), lambda: np.load(path))
    case.mark_counts(a.dtype.itemsize > 2)
    return case


MAKERS = [('.cbf', make_cbf), ('.img', make_smv), ('.tif', make_tiff), ('.nxs', make_nxmx), ('.npy', make_npy)]


def same(a, b):
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=True)


def main(program, seed, count):
    differences, by_format, read_by_others, unread = {}, {}, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for i in range(count):
            rng = random.Random(seed * 1000003 + i)
            suffix, make = MAKERS[i % len(MAKERS)]
            path, out = 'x_%d%s' % (i, suffix), 'y_%d.npy' % i
            case = make(rng, path)
            if case.reader:
                try:
                    other = case.reader()
                    if same(np.asarray(other, dtype=case.raw.dtype), case.raw): read_by_others += 1
                    else: unread[case.name + ': other values'] = unread.get(case.name + ': other values', 0) + 1
                except Exception as error:
                    key = case.name + ': ' + type(error).__name__
                    unread[key] = unread.get(key, 0) + 1
            run = subprocess.run([program, 'convert', path, out], capture_output=True, text=True)
            by_format[suffix] = by_format.get(suffix, 0) + 1
            if run.returncode != 0: found = run.stderr.strip()
            elif not same(np.load(out), case.expected()): found = 'values %s, expected %s' % (np.load(out).ravel()[:8], case.expected().ravel()[:8])
            else:
                os.remove(path), os.remove(out)
                continue
            differences.setdefault(case.name, []).append('%d %s: %s' % (i, path, found))
    for name, found in sorted(differences.items()): print('DIFFERENT', name, len(found), found[0])
    for name, times in sorted(unread.items()): print('other reader:', name, times)
    print(count, 'files', by_format, read_by_others, 'read alike by others,', sum(map(len, differences.values())), 'different')
    return 1 if differences else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
