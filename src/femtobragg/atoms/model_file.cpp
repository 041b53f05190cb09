// Which format the bytes are in, and which block of a CIF holds the model.
#include "femtobragg/atoms/model_file.h"

#include <algorithm>
#include <gemmi/cif.hpp>

#include "femtobragg/atoms/macromolecule.h"
#include "femtobragg/atoms/model_checks.h"
#include "femtobragg/atoms/refuse.h"
#include "femtobragg/atoms/small_molecule_cif.h"
#include "femtobragg/atoms/transforms.h"
#include "femtobragg/base/counts.h"
#include "femtobragg/base/error.h"
#include "femtobragg/base/plain_text.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/words.h"

namespace femtobragg::atoms {
namespace {

AtomicModel model_in(const gemmi::cif::Block& block, const std::string& name) {
  const std::string where = in_quotes(name) + " block " + in_quotes(block.name);
  const CifItems items(block, where);
  // Both dictionaries know both kinds of coordinates; one has names for atoms of residues.
  const bool has_residues = items.has("atom_site_label_atom_id") || items.has("atom_site_label_comp_id") ||
                            items.has("atom_site_group_pdb") || items.has("atom_site_pdbx_pdb_model_num");
  if (has_residues || (items.has("atom_site_cartn_x") && !items.has("atom_site_fract_x")))
    return mmcif_model(items, name);
  return small_molecule_model(items, block.name, name);
}

AtomicModel cif_model(const std::string& text, const std::string& name) {
  const gemmi::cif::Document document = gemmi::cif::read_memory(text.data(), text.size(), name.c_str());
  const auto has_atoms = [](const gemmi::cif::Block& block) {
    const CifItems items(block, "");
    return items.has("atom_site_cartn_x") || items.has("atom_site_label") || items.has("atom_site_fract_x");
  };
  const gemmi::cif::Block* first = nullptr;
  std::vector<std::string> others;
  for (const gemmi::cif::Block& block : document.blocks) {
    if (!has_atoms(block)) continue;
    if (!first)
      first = &block;
    else
      others.push_back(in_quotes(block.name));
  }
  if (!first)
    refuse("there are no atoms", in_quotes(name), counted(document.blocks.size(), "data block"),
           "_atom_site items must have the atoms", "check that this is a model, not a list of reflections");
  AtomicModel model = model_in(*first, name);
  if (!others.empty())
    model.warnings.push_back("the block " + in_quotes(first->name) +
                             " is used; other models are not: " + first_of(others));
  return model;
}

}  // namespace

bool looks_like_cif(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    const std::string_view line = trimmed(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.empty() || line.starts_with('#')) continue;
    const std::string_view key = line.substr(0, 5);
    return std::ranges::equal(key, std::string_view("data_"), [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  }
  return false;
}

AtomicModel parse_model(std::string_view bytes, const std::string& name) try {
  const std::string text = plain_text(std::string(bytes), name);
  if (trimmed(text).empty())
    refuse("the model is empty", in_quotes(name), "", "a model must have atoms", "check the name");
  AtomicModel model = looks_like_cif(text) ? cif_model(text, name) : pdb_model(text, name);
  warn_of_charges(model);
  return model;
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {
  throw Error::runtime({.what = "cannot read the model",
                        .where = in_quotes(name),
                        .rule = reason_of(error, name),
                        .remedy = "check that this is a PDB, mmCIF or CIF file"});
}

}  // namespace femtobragg::atoms
