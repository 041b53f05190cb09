// Tables of spectra, and the beams of NeXus files.
#include "femtobragg/formats/tables/spectrum_file.h"

#include <gtest/gtest.h>

#include "femtobragg/base/error.h"
#include "femtobragg/base/units.h"
#include "tests/run_program.h"

namespace femtobragg::formats {
namespace {

using enum SpectrumUnit;

Spectrum lines(std::string_view text, std::optional<SpectrumUnit> unit = {}) {
  return parse_spectrum(text, "s.txt", unit).spectrum;
}

TEST(SpectrumFile, ColumnsHeadingsAndComments) {
  for (const char* text : {"# a comment\nenergy (eV), weight\n9500, 1\n\n9510, 3 # the peak\n9520, 2, more\n",
                           "% MATLAB\r\n9500\t1\r\n9510 3\r\n9520;2", "9520 2\n9500 1\n9510 3"}) {
    const Spectrum s = lines(text);
    ASSERT_EQ(s.size(), 3u) << text;
    EXPECT_DOUBLE_EQ(s[0].wavelength_m, angstrom_from_eV(9520) * 1e-10);
    EXPECT_EQ(s[0].weight, 2);
    EXPECT_EQ(s[1].weight, 3);
    EXPECT_EQ(s[2].weight, 1);
  }
}

TEST(SpectrumFile, NumbersDecideTheUnitUnlessItIsStated) {
  EXPECT_NEAR(lines("9.5 1\n9.6 1").back().wavelength_m, angstrom_from_eV(9500) * 1e-10, 1e-24);
  EXPECT_NEAR(lines("1.5 1\n1.6 1").back().wavelength_m, 1.6e-10, 1e-24);
  EXPECT_NEAR(lines("9.5 1\n9.6 1", Angstrom).back().wavelength_m, 9.6e-10, 1e-24);
  const auto notes = parse_spectrum("9500 1\n", "s.txt", {}).notes;
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("is read as eV"), std::string::npos);
  EXPECT_TRUE(parse_spectrum("9500 1\n", "s.txt", ElectronVolt).notes.empty());
  EXPECT_THROW(lines("3 1\n6 1"), Error);
}

std::string refusal_of(const std::string& text) try {
  parse_spectrum(text, "s.txt", {});
  return "";
} catch (const Error& error) {
  return error.what();
}

TEST(SpectrumFile, ColumnsThatCouldBeTheOtherOne) {
  const char* exchanged = "seem to be swapped";
  const std::pair<const char*, const char*> cases[] = {
      {"0.1 9500\n0.9 9510\n0.2 9520\n", exchanged},
      {"1 9500 0.1\n2 9510 0.9\n3 9520 0.2\n", exchanged},
      {"0.1 5\n3 7\n0.2 9\n0.1 11\n0.4 15\n0.3 20\n", exchanged},
      {"9500 1.3051\n9600 1.2915\n9700 1.2782\n", "the first in another unit"},
      {"9500 9.5\n9600 9.6\n", "the first in another unit"},
      // Lines of an anode, a ramp, a white beam, equal weights at 12.4 keV.
      {"1.5406 1\n1.5444 0.5\n1.3922 0.4\n", ""},
      {"9500 1\n9510 2\n9520 3\n", ""},
      {"5000 0.1\n10000 0.5\n20000 0.4\n30000 0.2\n", ""},
      {"12395 1\n12400 1\n", ""}};
  for (const auto& [text, words] : cases) {
    const std::string said = refusal_of(text);
    if (*words)
      EXPECT_NE(said.find(words), std::string::npos) << text << said;
    else
      EXPECT_EQ(said, "") << text;
  }
  // A white beam in steps of 1 A looks like numbers of rows; whoever states the unit has looked.
  const char* laue = "1 10\n2 9\n3 8\n4 6\n5 3\n6 1\n";
  EXPECT_NE(refusal_of(laue).find("give beam.spectrum_unit"), std::string::npos) << refusal_of(laue);
  EXPECT_EQ(parse_spectrum(laue, "s.txt", Angstrom).spectrum.size(), 6u);
  const auto notes =
      parse_spectrum("9500 1.0 x\n9510 1.1\n9520 1.2\n9530 1.3\n9540 1.4\n", "s.txt", ElectronVolt).notes;
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_NE(notes[0].find("both columns of s.txt could be energies or wavelengths"), std::string::npos);
  EXPECT_NE(notes[1].find("after the second are not used"), std::string::npos);
}

TEST(SpectrumFile, NegativeWeightsCountAsZero) {
  const SpectrumFile file = parse_spectrum("1.0 -0.1\n1.1 2\n", "s.txt", Angstrom);
  EXPECT_EQ(file.spectrum[0].weight, 0);
  ASSERT_EQ(file.notes.size(), 1u);
}

TEST(SpectrumFile, MistakesNameTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"9500 1\n9510 x\n", "'s.txt' line 2"}, {"9500 1\nend\n", "'s.txt' line 2"},    {"9500\n", "'s.txt' line 1"},
      {"head\n-5 1\n", "'s.txt' line 2"},     {"9500 1\n9510 inf", "'s.txt' line 2"}, {"", "'s.txt'"},
      {"9500 0\n9510 0\n", "'s.txt'"},        {"nan 1\n", "'s.txt' line 1"},          {"9500 1\n1e80 1\n", "'s.txt'"}};
  for (const auto& [text, where] : cases) try {
      lines(text, ElectronVolt);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.parts().where, where) << text;
    }
}

/// Files made by h5py; skipped where there is none.
class NexusSpectrum : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import h5py' > /dev/null 2>&1") != 0) GTEST_SKIP() << "no h5py";
  }
  std::string file(const std::string& commands) {
    folder_.write(
        "make.py",
        "import h5py, numpy as np\nf = h5py.File('x.nxs', 'w')\nb = f.create_group('entry/instrument/beam')\n" +
            commands);
    EXPECT_EQ(std::system(("cd '" + folder_.path().string() + "' && /usr/bin/python3 make.py").c_str()), 0);
    return (folder_ / "x.nxs").string();
  }
  tests::TemporaryFolder folder_;
};

TEST_F(NexusSpectrum, ArraysWithWeights) {
  const std::string path = file(
      "b['incident_wavelength'] = [1.2, 1.0]\nb['incident_wavelength'].attrs['units'] = 'angstrom'\n"
      "b['incident_wavelength_weights'] = np.array([1, 3], dtype='i4')\n");
  EXPECT_EQ(read_nexus_spectrum(path, 0).spectrum, (Spectrum{{1.0 * 1e-10, 3}, {1.2 * 1e-10, 1}}));
}

TEST_F(NexusSpectrum, ScalarsUnitsAndShots) {
  EXPECT_EQ(read_nexus_spectrum(
                file("b['incident_wavelength'] = 0.1\nb['incident_wavelength'].attrs['units'] = np.bytes_('nm')\n"), 5)
                .spectrum,
            (Spectrum{{0.1 * 1e-9, 1}}));
  const std::string one_each = file("b['incident_wavelength'] = [1.0, 1.1, 1.2]\n");
  EXPECT_EQ(read_nexus_spectrum(one_each, 2).spectrum, (Spectrum{{1.2 * 1e-10, 1}}));
  EXPECT_THROW(read_nexus_spectrum(one_each, 3), Error);
  const std::string spectra =
      file("b['incident_wavelength'] = [1.0, 1.1]\nb['incident_wavelength_weights'] = [[1, 2], [3, 4], [5, 6]]\n");
  EXPECT_EQ(read_nexus_spectrum(spectra, 1).spectrum, (Spectrum{{1.0 * 1e-10, 3}, {1.1 * 1e-10, 4}}));
}

TEST_F(NexusSpectrum, IsFoundBehindGroupsThatHoldThemselves) {
  const std::string path = file(
      "f['a/one'] = f['/']\nf['a/two'] = f['a']\nf['a/three'] = h5py.SoftLink('/a')\nf['b'] = h5py.SoftLink('/no')\n"
      "f['c'] = h5py.ExternalLink('other.nxs', '/')\nb['my_incident_wavelength'] = 3.0\nb['incident_wavelength'] = "
      "1.0\n");
  EXPECT_EQ(read_nexus_spectrum(path, 0).spectrum, (Spectrum{{1.0 * 1e-10, 1}}));
}

TEST_F(NexusSpectrum, Mistakes) {
  EXPECT_THROW(read_nexus_spectrum(file("b['other'] = 1\n"), 0), Error);
  EXPECT_THROW(read_nexus_spectrum(file("b['incident_wavelength'] = 'one'\n"), 0), Error);
  EXPECT_THROW(read_nexus_spectrum(file("b['incident_wavelength'] = -1.0\n"), 0), Error);
  EXPECT_THROW(read_nexus_spectrum(
                   file("b['incident_wavelength'] = 1.0\nb['incident_wavelength'].attrs['units'] = 'feet'\n"), 0),
               Error);
  EXPECT_THROW(
      read_nexus_spectrum(file("b['incident_wavelength'] = 1.0\nb['incident_wavelength'].attrs['units'] = b''\n"), 0),
      Error);
  EXPECT_THROW(read_nexus_spectrum(file("b.create_group('incident_wavelength')\n"), 0), Error);
  EXPECT_THROW(
      read_nexus_spectrum(file("b['incident_wavelength'] = [1.0, 2.0]\nb['incident_wavelength_weights'] = [1.0]\n"), 0),
      Error);
  EXPECT_THROW(read_nexus_spectrum(file("b['incident_wavelength'] = np.zeros((2, 2, 2))\n"), 0), Error);
  // Declared, never written: a size that no memory holds.
  EXPECT_THROW(read_nexus_spectrum(file("b.create_dataset('incident_wavelength', (2**40,), chunks=(1024,))\n"), 0),
               Error);
  const std::string path =
      file("b['incident_wavelength'] = np.ones(5000)\nb['incident_wavelength_weights'] = np.ones(5000)\n");
  const std::string whole = tests::read_bytes(path);
  for (const std::size_t length : {0u, 7u, 600u, 3000u, 40000u}) {
    folder_.write("cut.nxs", whole.substr(0, length));
    EXPECT_THROW(read_nexus_spectrum((folder_ / "cut.nxs").string(), 0), Error) << length;
  }
  EXPECT_THROW(read_nexus_spectrum("/nowhere/x.nxs", 0), Error);
}

}  // namespace
}  // namespace femtobragg::formats
