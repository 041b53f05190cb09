"""Every field of an image file that says something of its pixels, changed once: the result of `femtobragg convert` must
change, be refused, or name the field.

usage: image_fields.py FEMTOBRAGG        prints a line for each change that makes no difference
Exit 77 where a package is missing."""
import base64, hashlib, os, re, struct, subprocess, sys, tempfile

try:
    import h5py, numpy as np
except ImportError as missing:
    print(missing)
    sys.exit(77)

COUNTS = np.array([[5, 0, 7, 300], [61, 2, -1, 3], [9, 12, -2, 30]], 'i4')


def smv():
    text = ('{\nHEADER_BYTES=  512;\nDIM=2;\nBYTE_ORDER=little_endian;\nData_type=long int;\nCOMPRESSION=None;\nSIZE1=4;\n'
            'SIZE2=3;\nIMAGE_PEDESTAL=0;\nSATURATED_VALUE=61;\nGAIN=1;\nDARK_PEDESTAL=0;\n}\n\f')
    return text.ljust(512).encode() + COUNTS.tobytes()


SMV = {'HEADER_BYTES=  512': ['HEADER_BYTES= 1024', 'HEADER_BYTES=  511'], 'DIM=2': ['DIM=3'],
       'little_endian': ['big_endian', 'middle'], 'long int': ['unsigned long int', 'short int', 'float IEEE', 'Compressed', 'XQ'],
       'COMPRESSION=None': ['COMPRESSION=CCP4'], 'SIZE1=4': ['SIZE1=3', 'SIZE1=5', 'SIZE1=x', 'SIZE1=-4'], 'SIZE2=3': ['SIZE2=2', 'SIZE2=30'],
       'IMAGE_PEDESTAL=0': ['IMAGE_PEDESTAL=2', 'IMAGE_PEDESTAL=x'], 'SATURATED_VALUE=61': ['SATURATED_VALUE=7', 'SATURATED_VALUE=x', 'SATURATED_VALUE=1000'],
       'GAIN=1': ['GAIN=2'], 'DARK_PEDESTAL=0': ['DARK_PEDESTAL=3']}


def cbf(packed):
    if packed:
        data, last = b'', 0
        for v in COUNTS.ravel().tolist():
            d, last = v - last, v
            data += struct.pack('<b', d) if -128 < d < 128 else b'\x80' + struct.pack('<h', d)
    else: data = COUNTS.tobytes()
    text = ('###CBF: VERSION 1.5\ndata_x\n_array_intensities.overload 1000\n_array_intensities.undefined_value 9\n'
            '_array_intensities.gain 1\n_array_intensities.scaling 1\n_array_intensities.offset 0\n_array_intensities.underload -5\n'
            '_array_data.header_contents\n;\n# Count_cutoff 60 counts\n;\n_array_data.data\n;\n--CIF-BINARY-FORMAT-SECTION--\n'
            'Content-Type: application/octet-stream;\n     conversions="x-CBF_%s"\nContent-Transfer-Encoding: BINARY\n'
            'X-Binary-Size: %d\nX-Binary-Element-Type: "signed 32-bit integer"\nX-Binary-Element-Byte-Order: LITTLE_ENDIAN\n'
            'Content-MD5: %s\nX-Binary-Number-of-Elements: 12\nX-Binary-Size-Fastest-Dimension: 4\nX-Binary-Size-Second-Dimension: 3\n'
            'X-Binary-Size-Third-Dimension: 1\n\n'
            % ('BYTE_OFFSET' if packed else 'NONE', len(data), base64.b64encode(hashlib.md5(data).digest()).decode()))
    return text.encode() + b'\x0c\x1a\x04\xd5' + data + b'\n--CIF-BINARY-FORMAT-SECTION----\n;\n'


def cbf_changes(packed):
    size = re.search(rb'X-Binary-Size: (\d+)', cbf(packed)).group(1).decode()
    md5 = re.search(rb'Content-MD5: (\S+)', cbf(packed)).group(1).decode()
    return {'overload 1000': ['overload 8', 'overload many'], 'undefined_value 9': ['undefined_value 12'], 'gain 1': ['gain 2'],
            'scaling 1': ['scaling 2'], 'offset 0': ['offset 3'], 'underload -5': ['underload 3'],
            'Count_cutoff 60': ['Count_cutoff 6', 'Count_cutoff x', 'Count_cutoff 0'],
            'x-CBF_' + ('BYTE_OFFSET' if packed else 'NONE'): ['x-CBF_PACKED', 'x-CBF_NONE' if packed else 'x-CBF_BYTE_OFFSET'],
            'Encoding: BINARY': ['Encoding: BASE64'], 'X-Binary-Size: ' + size: ['X-Binary-Size: 10', 'X-Binary-Size: 99999', 'X-Binary-Size: x'],
            'signed 32-bit integer': ['unsigned 32-bit integer', 'signed 8-bit integer', 'signed 32-bit complex IEEE'],
            'LITTLE_ENDIAN': ['BIG_ENDIAN', 'XQ'], md5: [('B' if md5[0] == 'A' else 'A') + md5[1:]], 'Elements: 12': ['Elements: 11'],
            'Fastest-Dimension: 4': ['Fastest-Dimension: 3', 'Fastest-Dimension: x'], 'Second-Dimension: 3': ['Second-Dimension: 2'],
            'Third-Dimension: 1': ['Third-Dimension: 2']}


def npy():
    header = "{'descr': '<i4', 'fortran_order': False, 'shape': (3, 4), }\n"
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + COUNTS.tobytes()


NPY = {'<i4': ['>i4', '<u4', '<f4', '<c8', '<i2'], 'False': ['True ', 'Maybe'], '(3, 4)': ['(4, 3)', '(2, 4)', '(3, 5)', '(12,)'],
       '\x93NUMPY\x01': ['\x93NUMPY\x02']}

TIFF = [(256, 4, 4), (257, 4, 3), (258, 3, 32), (259, 3, 1), (262, 3, 1), (270, 2, None), (273, 4, None), (274, 3, 1), (277, 3, 1),
        (278, 4, 3), (279, 4, 48), (339, 3, 2)]
TIFF_CHANGES = {256: [3, 5, 40000], 257: [2, 400], 258: [16, 8, 64, 7], 259: [5, 8, 2], 262: [0, 2], 270: [b'# Count_cutoff 6 x\0', b'# Count_cutoff x\0\0\0'],
                273: [9], 274: [3, 8], 277: [3], 278: [1], 339: [1, 3, 4, 5]}


def tiff(tag=None, value=None):
    description = b'# Count_cutoff 60\0\0'
    if tag == 270: description = value
    at = 8 + 2 + 12 * len(TIFF) + 4
    out = struct.pack('<2sHIH', b'II', 42, 8, len(TIFF))
    for t, kind, v in TIFF:
        if t == 270: out += struct.pack('<HHII', t, 2, len(description), at)
        else:
            v = at + len(description) if t == 273 else v
            out += struct.pack('<HHII', t, kind, 1, value if t == tag else v)
    return out + struct.pack('<I', 0) + description + COUNTS.tobytes()


def nxmx(path, change=None):
    with h5py.File(path, 'w') as f:
        entry = f.create_group('entry'); entry.attrs['NX_class'] = 'NXentry'; entry['definition'] = 'NXmx'
        data = entry.create_group('data'); data.attrs['NX_class'] = 'NXdata'; data.attrs['signal'] = 'data'
        data['data'], data['other'] = COUNTS[None], COUNTS[None] + 1
        instrument = entry.create_group('instrument'); instrument.attrs['NX_class'] = 'NXinstrument'
        detector = instrument.create_group('detector'); detector.attrs['NX_class'] = 'NXdetector'
        detector['pixel_mask'], detector['saturation_value'], detector['underload_value'] = np.zeros((3, 4), 'u4'), 1000, -5
        detector['countrate_correction_count_cutoff'] = 1000
        makers = detector.create_group('detectorSpecific')
        makers['saturation_value'], makers['countrate_correction_count_cutoff'] = 1000, 1000
        if change: change(f)


def replaced(name, value):
    def change(f):
        del f[name]
        if value is not None: f[name] = value
    return change


D = 'entry/instrument/detector/'
NXMX = {'type': replaced('entry/data/data', COUNTS[None].astype('u4')), 'floats': replaced('entry/data/data', COUNTS[None].astype('f4') + 0.5),
        'two axes': replaced('entry/data/data', COUNTS[0]), 'four axes': replaced('entry/data/data', np.stack([COUNTS, COUNTS + 1])[None]),
        'gap': replaced(D + 'pixel_mask', np.eye(3, 4, dtype='u4')), 'dead': replaced(D + 'pixel_mask', 2 * np.eye(3, 4, dtype='u4')),
        'user': replaced(D + 'pixel_mask', 256 * np.eye(3, 4, dtype='u4')), 'virtual': replaced(D + 'pixel_mask', 2**31 * np.eye(3, 4, dtype='u4')),
        'mask of another shape': replaced(D + 'pixel_mask', np.eye(4, dtype='u4')), 'mask elsewhere': replaced(D + 'pixel_mask', h5py.ExternalLink('away.h5', '/mask')),
        'saturation': replaced(D + 'saturation_value', 60), 'saturation of text': replaced(D + 'saturation_value', 'many'),
        'underload': replaced(D + 'underload_value', 4), 'cutoff': replaced(D + 'countrate_correction_count_cutoff', 60),
        "maker's saturation": replaced(D + 'detectorSpecific/saturation_value', 60),
        "maker's cutoff": replaced(D + 'detectorSpecific/countrate_correction_count_cutoff', 60),
        'signal': lambda f: f['entry/data'].attrs.modify('signal', 'other'), 'class': lambda f: f['entry/data'].attrs.modify('NX_class', 'NXnote'),
        'definition': replaced('entry/definition', 'NXsas'), 'scaling': lambda f: f['entry/data'].create_dataset('data_scaling_factor', data=2.0)}


def main(program):
    changes, silent = 0, []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        def result(path):
            if os.path.exists('out.npy'): os.remove('out.npy')
            run = subprocess.run([program, 'convert', path, 'out.npy'], capture_output=True, text=True)
            if run.returncode < 0: silent.append('%s: killed by %d' % (path, -run.returncode))
            return run.returncode, run.stderr, open('out.npy', 'rb').read() if os.path.exists('out.npy') else b''
        def check(label, path, before):
            nonlocal changes
            changes += 1
            if result(path) == before: silent.append(label)
        texts = [('smv', 'x.img', smv(), SMV), ('cbf offsets', 'x.cbf', cbf(True), cbf_changes(True)),
                 ('cbf plain', 'x.cbf', cbf(False), cbf_changes(False)), ('npy', 'x.npy', npy(), NPY)]
        for label, path, valid, fields in texts:
            open(path, 'wb').write(valid)
            before = result(path)
            if before[0] != 0: silent.append('%s refused: %s' % (label, before[1]))
            for field, values in fields.items():
                for value in values:
                    old, new = field.encode('latin1'), value.encode('latin1')
                    assert valid.count(old) >= 1, field
                    changed = valid.replace(old, new, 1)
                    if label == 'smv' and b'HEADER' not in new:   # the block keeps its length
                        cut = changed.index(b'\f') + 1
                        changed = changed[:cut] + b' ' * (512 - cut) + valid[512:]
                    open(path, 'wb').write(changed)
                    check('%s: %r as %r' % (label, field, value), path, before)
        open('x.tif', 'wb').write(tiff())
        before = result('x.tif')
        if before[0] != 0: silent.append('tiff refused: ' + before[1])
        for tag, values in TIFF_CHANGES.items():
            for value in values:
                open('x.tif', 'wb').write(tiff(tag, value))
                check('tiff: tag %d as %r' % (tag, value), 'x.tif', before)
        nxmx('x.nxs')
        before = result('x.nxs')
        if before[0] != 0: silent.append('nxmx refused: ' + before[1])
        for label, change in NXMX.items():
            nxmx('x.nxs', change)
            check('nxmx: ' + label, 'x.nxs', before)
    for label in silent: print('SILENT', label)
    print(changes, 'changes,', len(silent), 'without a trace')
    return 1 if silent else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1])))
