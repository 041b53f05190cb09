// `femtobragg explain` warns where something is wrong, and only there.
#include "femtobragg/nanobragg/flags/option_table.h"
#include "tests/programs/explain_run.h"

namespace femtobragg::tests {
namespace {

/// A warning: flags that call for it, and flags that do not.
struct Warned {
  std::string id, text, flags, others;
  std::string options = "--calibration 0";
};

std::ostream& operator<<(std::ostream& out, const Warned& w) { return out << w.id << ": " << w.flags; }

/// "no_effect_3".
std::string name_of(const testing::TestParamInfo<Warned>& tested) {
  std::string name = tested.param.id + "_" + std::to_string(tested.index);
  std::ranges::replace(name, '-', '_');
  return name;
}

class ExplainWarns : public Explain, public testing::WithParamInterface<Warned> {};

TEST_P(ExplainWarns, OnlyWhereItApplies) {
  const Warned& w = GetParam();
  const std::string found = warnings(w.id, w.flags, w.options), none = warnings(w.id, w.others, w.options);
  EXPECT_NE(found.find(w.text), std::string::npos) << w.text << "\nnot in: " << found;
  EXPECT_EQ(none.find(w.text), std::string::npos) << none;
}

std::string plain(const std::string& more) {
  return "-default_F 100 -cell 50 60 70 -N 5 -detpixels 24 -pixel 0.2 -seed 1 " + more;
}
/// A list without F(0,0,0).
std::string without_direct(const std::string& more) {
  return "-hkl indirect.hkl -cell 30 40 50 -N 5 -detpixels 16 -pixel 1 -seed 1 " + more;
}
std::string with_list(const std::string& more) {
  return "-hkl p1.hkl -cell 30 40 50 75 95 105 -N 5 -detpixels 16 -pixel 1 -seed 1 " + more;
}

INSTANTIATE_TEST_SUITE_P(
    Image, ExplainWarns,
    testing::Values(
        Warned{"empty-region", "swap them", plain("-roi 9 3 2 5"), plain("-roi 3 9 2 5")},
        Warned{"empty-region", "outside the detector", plain("-roi 2 5 30 40"), plain("-roi 2 5 3 40")},
        Warned{"list-too-short", "list ends at", with_list("-distance 15"), with_list("-distance 100")},
        Warned{"list-too-short", "list ends at", with_list("-distance 15"), with_list("-distance 15 -dmin 5")},
        Warned{"list-too-short", "outside the table", with_list("-distance 10"), with_list("-distance 100")},
        Warned{"spots-missed", "too coarse", plain("-oversample 1 -N 50"), plain("-N 50")},
        Warned{"spots-missed", "-oversample 3 would be enough", plain("-oversample 1 -pixel 0.4"), plain("-pixel 0.4")},
        Warned{"spots-crowded", "spots overlap", plain("-pixel 1"), plain("")},
        Warned{"spots-crowded", "spots overlap", plain("-pixel 1"), plain("-twotheta 120")},
        Warned{"spots-missed", "too coarse", plain("-oversample 1 -N 50"), plain("-twotheta 120 -N 3 -oversample 1")},
        Warned{"dark", "photons", plain("-fluence 1e11"), plain("-osc 0 -phistep 1"),
               "--program nanoBragg --calibration 1"},
        Warned{"series", "3 frames", plain("-osc 1 -frames 3 -o x_#.npy"), plain("-osc 1 -o x.npy")},
        Warned{"rotation-coarse", "would be enough", plain("-N 100 -osc 90 -phisteps 3"),
               plain("-N 100 -osc 0.01 -phisteps 3")},
        Warned{"rotation-coarse", "would be enough", plain("-N 100 -osc 90 -phisteps 3 -mosaic 60"),
               plain("-N 100 -osc 90 -phisteps 2000")},
        Warned{"divergence-coarse", "would be enough", plain("-divergence 20 -divsteps 2"),
               plain("-divergence 20 -divsteps 20")},
        Warned{"dispersion-coarse", "would be enough", plain("-dispersion 50 -dispsteps 2"), plain("-dispersion 1")},
        Warned{"domains-few", "would be enough", plain("-N 100 -mosaic 5 -mosaic_domains 3"),
               plain("-mosaic 0.1 -mosaic_domains 3")},
        Warned{"dark", "photons on the whole image", plain("-fluence 1e11"), plain(""), ""},
        Warned{"overloads", "end at 65495", plain("-fluence 1e34"), plain(""), ""},
        Warned{"overloads", "end at 65495", plain("-fluence 1e34"), plain("-fluence 1e34 -nonoise"), ""},
        Warned{"overloads", "end at 65495", plain("-fluence 1e34 -o x.img"), plain("-fluence 1e34 -o x.cbf"), ""},
        Warned{"command-line", "unknown flag", plain("-nonsense"), plain(""), "--calibration 0 --program nanoBragg"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Flags, ExplainWarns,
    testing::Values(
        Warned{"no-effect", "-N 5", plain("-xtalsize 0.000029"), plain("-sample_x 0.0001")},
        Warned{"no-effect", "-Na 5", plain("-Na 5 -sample_x 0.000025"), plain("-Na 5 -sample_y 0.0001")},
        Warned{"no-effect", "-Nb 5", plain("-Nb 5 -sample_y 0.00003"), plain("-Nb 5 -sample_x 0.0001")},
        Warned{"no-effect", "-Nc 5", plain("-Nc 5 -sample_z 0.000035"), plain("-Nc 5")},
        Warned{"no-effect", "-direct_beam", without_direct("-direct_beam"), with_list("-direct_beam")},
        Warned{"no-effect", "-fudge 2", plain("-fudge 2"), plain("-fudge 2 -round_xtal")},
        Warned{"no-effect", "-mosaic_domains 5", plain("-mosaic 0 -mosaic_domains 5"),
               plain("-mosaic 1 -mosaic_domains 5")},
        Warned{"no-effect", "-mosaic_seed 5", plain("-mosaic_seed 5"), plain("-mosaic 1 -mosaic_seed 5")},
        Warned{"no-effect", "-misset_seed 5", plain("-misset_seed 5"), plain("-misset random -misset_seed 5")},
        Warned{"no-effect", "-phisteps 5", plain("-osc 0 -phisteps 5"), plain("-osc 1 -phisteps 5")},
        Warned{"no-effect", "-phistep 0.1", plain("-osc 0 -phistep 0.1"), plain("-osc 1 -phistep 0.1")},
        Warned{"no-effect", "-interpolate", plain("-interpolate"), with_list("-interpolate")},
        Warned{"no-effect", "-dmin 0.1", plain("-dmin 0.1"), plain("-dmin 100")},
        Warned{"no-effect", "-hdivsteps 3", plain("-hdivrange 0 -hdivsteps 3"), plain("-hdivrange 1 -hdivsteps 3")},
        Warned{"no-effect", "-vdivsteps 3", plain("-vdivrange 0 -vdivsteps 3"), plain("-vdivrange 1 -vdivsteps 3")},
        Warned{"no-effect", "-divsteps 3", plain("-divergence 0 -divsteps 3"), plain("-divergence 1 -divsteps 3")},
        Warned{"no-effect", "-square_div", plain("-hdivrange 1 -square_div"),
               plain("-divergence 1 -divsteps 3 -square_div")},
        Warned{"no-effect", "-dispsteps 3", plain("-dispersion 0 -dispsteps 3"), plain("-dispersion 1 -dispsteps 3")},
        Warned{"set-up", "Divergence/dispersion parameters ignored", plain("-divergence 1 -sourcefile src.txt"),
               plain("-sourcefile src.txt")},
        Warned{"no-effect", "-fluence 1e20", plain("-fluence 1e20 -flux 1e12"), plain("-fluence 1e20")},
        Warned{"no-effect", "-exposure 2", plain("-exposure 2"), plain("-exposure 2 -flux 1e12")},
        Warned{"no-effect", "-beamsize 2", plain("-beamsize 2"), plain("-beamsize 2 -flux 1e12")},
        Warned{"no-effect", "-beamsize 2", plain("-beamsize 2"), plain("-beamsize 2 -sample_y 0.0001")},
        Warned{"no-effect", "-detsize 4.8", plain("-detsize 4.8"), "-default_F 1 -cell 50 -detsize 4.8"},
        Warned{"no-effect", "-detsize_f 4.8", plain("-detsize_f 4.8"), "-default_F 1 -cell 50 -detsize_f 4.8"},
        Warned{"no-effect", "-detsize_s 4.8", plain("-detsize_s 4.8"), "-default_F 1 -cell 50 -detsize_s 4.8"},
        Warned{"no-effect", "-Xbeam 10", plain("-Xbeam 10 -pix0_vector 0.1 0.01 -0.01"), plain("-Xbeam 10")},
        Warned{"no-effect", "-distance 80", plain("-distance 80 -close_distance 80"), plain("-distance 80")},
        Warned{"no-effect", "-detector_abs 9", plain("-detector_abs 9"), plain("-detector_abs 9 -detector_thick 5")},
        Warned{"no-effect", "-detector_thicksteps 2", plain("-detector_thick 0 -detector_thicksteps 2"),
               plain("-detector_thick 9 -detector_thicksteps 2")},
        Warned{"no-effect", "-oversample_omega", plain("-oversample_omega"),
               plain("-quirks Q-first-subpixel -oversample_omega")},
        Warned{"no-effect", "-scale 2", plain("-scale 2 -o a.npy"), plain("-scale 2")},
        Warned{"no-effect", "-adc 2", plain("-adc 2 -o a.npy"), plain("-adc 2 -o a.img")},
        Warned{"no-effect", "-pgmscale 2", plain("-pgmscale 2 -o a.npy"), plain("-pgmscale 2 -o a.pgm")},
        Warned{"no-effect", "-png_scale linear", plain("-png_scale linear"), plain("-png_scale linear -o a.png")},
        Warned{"no-effect", "-png_rings", plain("-png_rings"), plain("-png_rings -o a.png")},
        Warned{"no-effect", "-png_colours sea", plain("-png_colours sea"), plain("-png_colours sea -o a.png")},
        Warned{"no-effect", "-png_percentile 5", plain("-png_percentile 5"), plain("-png_percentile 5 -o a.png")},
        Warned{"no-effect", "-seed 1", plain("-nonoise"), plain("")},
        Warned{"no-effect", "-seed 1", plain("-nonoise"), plain("-nonoise -misset random")},
        Warned{"no-effect", "-tolerance 0.1", plain("-tolerance 0.1 -device reference -dtype float64"),
               plain("-tolerance 0.1")},
        Warned{"no-effect", "-coherent", plain("-coherent"), plain("")}),
    name_of);

/// A flag of that group is warned of without a rule of its own.
TEST_F(Explain, WarnsOfEveryFlagWithoutEffect) {
  std::string flags = small();
  std::size_t n = 0;
  for (const nanobragg::Flag& flag : nanobragg::flag_table())
    if (flag.group == "Accepted, without effect") {
      flags.append("-").append(flag.names.front()).append(flag.max_values > 0 ? " src.txt " : " ");
      ++n;
    }
  const std::string found = warnings("no-effect", flags, "--calibration 0");
  EXPECT_EQ(std::ranges::count(found, '\n'), n) << found;
  EXPECT_GE(n, 5u);
}

TEST_F(Explain, WarnsOfAMaskThatHidesAll) {
  const std::string mask = read_bytes(folder_ / "mask.img");
  folder_.write("dark.img", mask.substr(0, 512) + std::string(mask.size() - 512, '\0'));
  const std::string flags = "-default_F 100 -cell 50 ";
  EXPECT_NE(warnings("empty-region", flags + "-mask dark.img", "").find("the mask is zero"), std::string::npos);
  EXPECT_EQ(warnings("empty-region", flags + "-mask mask.img", ""), "");
}

}  // namespace
}  // namespace femtobragg::tests
