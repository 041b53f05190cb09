// `femtobragg fcalc`: structure factors of an atomic model, as a file.
#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/atoms/reflection_output.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"
#include "femtobragg/formats/io/gzip.h"
#include "femtobragg/formats/io/input_file.h"
#include "femtobragg/formats/io/output_file.h"
#include "femtobragg/formats/io/separate_files.h"
#include "femtobragg/nanobragg/flags/field_flags.h"
#include "programs/command_options.h"
#include "programs/subcommands.h"

namespace femtobragg::programs {
namespace {

struct FcalcSettings {
  std::string model, out;
  atoms::FactorSettings factors;
  bool unique = false;
};

std::optional<FcalcSettings> fcalc_settings(const Words& words) {
  FcalcSettings s;
  double wavelength_A = 0;
  std::string method = "auto";
  const std::map<std::string, atoms::FactorMethod> methods = {{"auto", atoms::FactorMethod::Automatic},
                                                              {"fft", atoms::FactorMethod::Fft},
                                                              {"direct", atoms::FactorMethod::Direct}};
  CommandOptions options(
      "Calculates structure factors of an atomic model:   femtobragg fcalc MODEL --dmin D [--out FILE]",
      "femtobragg fcalc");
  options.footer(
      "MODEL is a PDB, mmCIF or CIF file, compressed or not. FILE.mtz and FILE.cif contain unique reflections with "
      "cell "
      "and symmetry;\nFILE.hkl, .txt and similar are text with h k l F: every index, absent ones as 0, unless --asu "
      "is "
      "given.");
  options.add("model", s.model, "the atomic model").required().type("MODEL");
  options.add("--dmin", s.factors.d_min_A, "finest resolution, angstrom").required();
  options.add("--wavelength", wavelength_A,
              "wavelength for anomalous scattering, angstrom; default: none, Friedel mates are equal");
  options.add("--k-sol", s.factors.k_sol_e_A3, "density of the bulk solvent, electrons/angstrom^3; default: none");
  options.add("--b-sol", s.factors.b_sol_A2, "B of the solvent, angstrom^2").shows_default();
  options.add("--method", method, "auto, fft, direct").one_of({"auto", "fft", "direct"});
  options.add("--oversample-cell", s.factors.enlarge, "a single cell, sampled this many times more finely; default: 1");
  options.add("--asu", s.unique, "only one reflection of each set of equivalents");
  options.add("--out", s.out, "what to write; default: text on the standard output").type("FILE");
  if (!options.parse(words)) return {};
  s.factors.method = methods.at(method);
  if (options.given("--wavelength")) s.factors.wavelength_A = wavelength_A;
  return s;
}

std::string text_list(const atoms::AmplitudeList& list, bool unique) {
  std::string text;
  const StructureFactors& f = *list.factors;
  const auto add = [&](const atoms::Hkl& hkl) {
    for (const int index : hkl) text += std::to_string(index) + " ";
    text += format_number(f.values[f.index(hkl[0], hkl[1], hkl[2])], 9) + "\n";
  };
  for (const atoms::Hkl& hkl : atoms::listed_indices(list, unique)) {
    add(hkl);
    if (unique && list.friedel_pairs && hkl != atoms::Hkl{}) add({-hkl[0], -hkl[1], -hkl[2]});
  }
  return text;
}

using Writer = std::string (*)(const atoms::AmplitudeList& list, bool unique);

/// By the name's suffix.
Writer writer_for(const std::string& path) {
  const std::string suffix = suffix_of(path);
  if (suffix == ".mtz") return [](const atoms::AmplitudeList& list, bool) { return atoms::mtz_bytes(list); };
  if (suffix == ".cif") return [](const atoms::AmplitudeList& list, bool) { return atoms::sf_cif_text(list); };
  static constexpr std::string_view text[] = {"", ".hkl", ".txt", ".dat", ".list", ".lst"};
  // Names end in numbers: "fcalc_1.5".
  const bool number = !suffix.empty() && suffix.find_first_not_of("0123456789", 1) == suffix.npos;
  if (number || std::ranges::find(text, suffix) != std::end(text)) return text_list;
  throw Error::usage({.what = "unknown kind of reflection file",
                      .where = "--out",
                      .value = in_quotes(path),
                      .rule = "it can be .mtz or .cif, or text with the suffix .hkl, .txt, .dat, .list, .lst or none",
                      .remedy = "choose one of these"});
}

}  // namespace

int fcalc(const Words& words) {
  const std::optional<FcalcSettings> settings = fcalc_settings(words);
  if (!settings) return 0;
  const FcalcSettings& s = *settings;
  const Writer write = writer_for(s.out);
  formats::require_inputs_kept(Words{s.model}, Words{s.out});
  if (!s.out.empty()) formats::require_writable(s.out);
  const std::string bytes = formats::inflated(formats::read_file(s.model, "the atomic model"), s.model);
  const atoms::AtomicModel model = atoms::parse_model(bytes, s.model);
  for (const std::string& text : model.warnings) std::cerr << "warning: " << nanobragg::in_flags(text) << "\n";
  // The list may go to the standard output.
  for (const std::string& text : model.notes)
    (s.out.empty() ? std::cerr : std::cout) << nanobragg::in_flags(text) << "\n";
  const atoms::CalculatedFactors found = atoms::calculate_factors(model, s.factors);
  const atoms::AmplitudeList list{found.cell,
                                  found.space_group,
                                  &found.factors,
                                  s.factors.d_min_A,
                                  s.factors.wavelength_A.has_value(),
                                  "structure factors of " + s.model};
  const std::string content = write(list, s.unique);
  if (s.out.empty()) return std::cout << content, 0;
  formats::write_text(s.out, content);
  std::cout << (found.space_group.empty() ? "P 1, because the space group has no symbol" : found.space_group) << ", "
            << model.atoms.size() << " atoms, " << atoms::listed_indices(list, true).size() << " unique reflections to "
            << format_number(s.factors.d_min_A) << " A, "
            << (found.method == atoms::FactorMethod::Direct ? "atom by atom" : "by Fourier transform") << "\n";
  return 0;
}

}  // namespace femtobragg::programs
