// What files are said to be, and what of them is used.
#include "femtobragg/inspect/inspection.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <span>

#include "femtobragg/formats/io/hdf5_file.h"
#include "tests/run_program.h"
#include "tests/unit/refusals.h"

namespace femtobragg::inspect {
namespace {

using tests::expect_in;
using tests::in_one;
using tests::TemporaryFolder;

Inspection of(const std::string& name, const std::string& bytes) {
  const TemporaryFolder folder;
  folder.write(name, bytes);
  return inspect_file((folder / name).string());
}

TEST(Inspection, TablesAreToldByTheirColumns) {
  EXPECT_EQ(of("a.hkl", "1 0 0 10\n0 1 0 20\n").what.substr(0, 26), "list of 2 reflections in P");
  EXPECT_EQ(of("a.txt", "0.98 1\n0.99 2\n1.0 1\n").what, "spectrum of 3 wavelengths");
  EXPECT_EQ(of("a.txt", "-10 0.5 0 1 1e-10\n").what, "list of 1 source");
  EXPECT_EQ(of("a.mat", "0.02 0 0\n0 0.02 0\n0 0 0.02\n").what, "orientation matrix");
  EXPECT_EQ(of("a.rot", "1 0 0 0 1 0 0 0 1\n").what, "rotations of 1 mosaic domain");
  expect_in(of("a.rot", "1 0 0 0 1 0 0 0 1\n1 0 0 0 1 0 0 0 2\n").wrong, {"not a rotation"});
  EXPECT_EQ(of("a.hkl", "1 0 0 10 1 2 3 4 5\n0 1 0 20 1 2 3 4 5\n").what.substr(0, 26), "list of 2 reflections in P");
}

std::string array_of(const std::string& shape, const std::vector<double>& numbers) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize(117, ' ');
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + std::string("\x76\x00", 2) + header + "\n";
  return bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
}

TEST(Inspection, AnArrayNineWideIsAnImageUnlessItHoldsRotations) {
  EXPECT_EQ(of("a.npy", array_of("1, 9", {1, 0, 0, 0, 1, 0, 0, 0, 1})).what, "rotations of 1 mosaic domain");
  EXPECT_EQ(of("a.npy", array_of("1, 9", {1, 2, 3, 4, 5, 6, 7, 8, 9})).what, "NumPy image, 1 frame of 9 x 1 pixels");
}

TEST(Inspection, DamagedImagesAreWrongAndGeometriesSound) {
  const TemporaryFolder folder;
  const std::string path = (folder / "a.nxs").string();
  const auto write = [&](const std::function<void(const formats::hdf5::Object&)>& more, bool detector = true) {
    formats::hdf5::write_file(path, [&](const formats::hdf5::Object& file) {
      const auto entry = file.make_group("entry", "NXentry");
      entry.write_text("definition", "NXmx");
      const auto instrument = entry.make_group("instrument", "NXinstrument");
      const auto beam = instrument.make_group("beam", "NXbeam");
      beam.write("incident_wavelength", 1.0, "angstrom");
      if (!detector) return more(entry);
      const auto panel = instrument.make_group("detector", "NXdetector");
      panel.write("distance", 0.1, "m");
      panel.write("x_pixel_size", 1e-4, "m");
      panel.write("y_pixel_size", 1e-4, "m");
      panel.write("beam_center_x", 1.0, "pixels");
      panel.write("beam_center_y", 1.0, "pixels");
      more(entry);
    });
    return inspect_file(path);
  };
  const std::vector<std::int32_t> numbers(7);
  const Inspection damaged = write([&](const formats::hdf5::Object& entry) {
    entry.make_group("data", "NXdata").write_integers("data", std::span(numbers), {7});
  });
  EXPECT_NE(damaged.wrong, "") << damaged.what;
  expect_in(damaged.wrong, {"images have the axes slow and fast"});
  const Inspection unreadable =
      write([](const formats::hdf5::Object& entry) { entry.make_group("data", "NXdata").make_group("data", "NXnote"); },
            false);
  EXPECT_NE(unreadable.wrong, "") << "a spectrum beside it makes it no file of a spectrum";
  EXPECT_EQ(unreadable.what.find("spectrum"), std::string::npos);
  const Inspection spectrum = write([](const formats::hdf5::Object&) {}, false);
  EXPECT_EQ(spectrum.wrong, "");
  EXPECT_EQ(spectrum.what, "NeXus file with a spectrum");
}

TEST(Inspection, WhatTheProgramWritesIsNamed) {
  const Inspection list = of("t.csv",
                             "# reflections of a simulated image; the centre of the first pixel is 0.5, 0.5\n# {}\n"
                             "h,k,l,panel,fast_px\n1,2,3,0,5.5\n1,2,4,0,6.5\n");
  EXPECT_EQ(list.what, "truth list of 2 reflections");
  EXPECT_EQ(list.wrong, "");
  expect_in(in_one(list.not_used), {"h,k,l,panel,fast_px"});
  const auto text = [](const std::string& word) {
    return static_cast<char>(0xa0 | (word.size() & 0x1f)) + word;  // of MessagePack, for short words
  };
  const auto column = [&](const std::string& key, const std::string& type, const std::string& values) {
    return text(key) + "\x92" + text(type) + "\x92\x02\xc4" + static_cast<char>(values.size()) + values;
  };
  const std::string panels = std::string(8, '\0') + '\1' + std::string(7, '\0');
  const std::string table = "\x93" + text("dials::af::reflection_table") + "\x01\x82" + text("nrows") + "\x02" +
                            text("data") + "\x83" + column("panel", "std::size_t", panels) +
                            column("xyzobs.px.value", "vec3<double>", std::string(48, '\0')) +
                            column("xyzcal.mm", "vec3<double>", std::string(48, '\0'));
  const Inspection refl = of("t.refl", table);
  EXPECT_EQ(refl.wrong, "");
  EXPECT_EQ(refl.what, "reflection table of DIALS, 2 rows");
  expect_in(in_one(refl.used), {"2 panels", "panel, xyzobs.px.value"});
  expect_in(in_one(refl.not_used), {"xyzcal.mm"});
}

TEST(Inspection, WhatIsNotKnownIsNotGuessed) {
  const Inspection diary = of("a.txt", "dear diary\ntoday we measured\n3\nspots of h k l\n");
  EXPECT_EQ(diary.what, "text, not recognised");
  expect_in(diary.wrong, {"no command reads this text"});
  const Inspection summary = of("summary.json", "{\"images\": 2, \"worst\": {\"pixel\": 1}}");
  EXPECT_EQ(summary.what, "JSON, not recognised");
  EXPECT_NE(summary.wrong, "");
  EXPECT_EQ(of("s.json", "{\"beam\": {\"wavelength_A\": 1}}").what, "scene");
  const Inspection damaged = of("s.json", "{\"beam\": {\"wavelength_A\": 1}");
  EXPECT_EQ(damaged.what, "scene");
  EXPECT_NE(damaged.wrong, "");
}

TEST(Inspection, HugeFilesAndPipesAreRefusedAtOnce) {
  const TemporaryFolder folder;
  const std::string sparse = (folder / "huge.npy").string(), pipe = (folder / "pipe").string();
  folder.write("huge.npy", array_of("1, 9", {1, 2, 3, 4, 5, 6, 7, 8, 9}));
  std::filesystem::resize_file(sparse, std::uintmax_t{20} << 30);
  expect_in(inspect_file(sparse).wrong, {"the file is too large", "21474836480 bytes", "1073741824"});
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_in(inspect_file(pipe).wrong, {"it is a pipe"});
}

TEST(Inspection, TheFirstMegabyteDecidesHowMuchIsUnpacked) {
  const TemporaryFolder folder;
  folder.write("zeros", "");
  std::filesystem::resize_file(folder / "zeros", std::uintmax_t{300} << 20);
  ASSERT_EQ(std::system(("gzip -1 '" + (folder / "zeros").string() + "'").c_str()), 0);
  expect_in(inspect_file((folder / "zeros.gz").string()).wrong, {"cannot decompress", "at most 268435456 bytes"});
}

TEST(Inspection, GeometriesSayWhatTheyLeaveOpen) {
  const std::string panel =
      "res = 10000\np/min_fs = 0\np/max_fs = 9\np/min_ss = 0\np/max_ss = 4\np/corner_x = -5\np/corner_y = -2\n"
      "p/fs = x\np/ss = y\np/no_such_key = 3\n";
  const Inspection open = of("a.geom", "clen = /encoder\n" + panel);
  EXPECT_EQ(open.what, "CrystFEL geometry");
  EXPECT_EQ(open.wrong, "");
  expect_in(in_one(open.doubtful), {"camera length is left to the images", "no wavelength"});
  expect_in(in_one(open.used), {"1 panel in an image of 10 x 5 pixels"});
  const Inspection wrong = of("a.geom", "clen = 0.1\nwavelength = 1 A\nphoton_energy = 5000\n" + panel);
  expect_in(wrong.wrong, {"wavelength differs"});
}

TEST(Inspection, WhatNobodyReadsIsWrong) {
  expect_in(of("a.txt", "dear diary\n").wrong, {"no command reads this text"});
  expect_in(of("a.bin", "").wrong, {"empty"});
  expect_in(inspect_file("/no/such/file").wrong, {"/no/such/file"});
  expect_in(of("a.gz", "\x1f\x8b broken").wrong, {"a.gz"});
}

TEST(Inspection, ModelsAndCells) {
  const Inspection cell = of("a.cell",
                             "CrystFEL unit cell file version 1.0\nlattice_type = cubic\na = 5 A\nb = 6 A\n"
                             "c = 5 A\nal = 90 deg\nbe = 90 deg\nga = 90 deg\n");
  expect_in(cell.wrong, {"contradicts its lattice type"});
  const Inspection model = of("a.pdb",
                              "CRYST1   20.000   20.000   20.000  90.00  90.00  90.00 P 1           1\n"
                              "ATOM      1  C   ALA A   1       1.000   2.000   3.000  1.00 10.00           C\nEND\n");
  EXPECT_EQ(model.what, "atomic model, 1 atom");
}

}  // namespace
}  // namespace femtobragg::inspect
