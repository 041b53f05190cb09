// Atomic models in every format, compressed too; and the sum over those few atoms that a short text can hold.
#include <algorithm>

#include "femtobragg/atoms/calculated_factors.h"
#include "femtobragg/atoms/model_file.h"
#include "femtobragg/formats/io/gzip.h"
#include "tests/fuzz/fuzz.h"

using namespace femtobragg;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::allow_refusal([&] {
    const atoms::AtomicModel model = atoms::parse_model(formats::inflated(std::string(bytes), "fuzz", 1 << 20), "fuzz");
    fuzz::require(!model.atoms.empty() && !model.space_group.operations.empty());
    const double edge = std::max({model.cell.a_A, model.cell.b_A, model.cell.c_A});
    // The density of atoms that are wider than their cell takes seconds.
    const Mat3d axes = axes_of(model.cell);
    const bool narrow = std::ranges::all_of(model.atoms, [&](const atoms::Atom& atom) {
      return atom.b_A2 < 500 && (!atom.u || symmetric_eigenvalues(axes * *atom.u * transpose(axes)).largest < 6);
    });
    for (const auto method : {atoms::FactorMethod::Direct, atoms::FactorMethod::Fft})
      if (narrow || method == atoms::FactorMethod::Direct)
        fuzz::allow_refusal([&] { atoms::calculate_factors(model, {.d_min_A = edge / 2.5, .method = method}); });
  });
  return 0;
}
