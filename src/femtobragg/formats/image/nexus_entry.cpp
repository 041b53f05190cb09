// Groups by class, numbers with units, and chains of axes.
#include "femtobragg/formats/image/nexus_entry.h"

#include <algorithm>
#include <cmath>

#include "femtobragg/base/error.h"
#include "femtobragg/base/rotation.h"
#include "femtobragg/base/text.h"
#include "femtobragg/base/unit_names.h"
#include "femtobragg/formats/geometry/geometry_parts.h"
#include "femtobragg/formats/image/eiger_master.h"

namespace femtobragg::formats {

using hdf5::Object;

namespace {

/// Nothing: what leads to other files is none of ours.
Object openable(const Object& parent, const std::string& name) try { return parent.find(name); } catch (const Error&) {
  return {};
}

Vec3d vec3_from(const std::vector<double>& v) { return {v[0], v[1], v[2]}; }

}  // namespace

NexusEntry::NexusEntry(const Object& file, std::string name) : name_(std::move(name)), entry_(find_entry(file)) {}

void NexusEntry::fail(const Object& at, const std::string& rule) const {
  throw Error::runtime(
      {.what = "not a usable NXmx file", .where = in_quotes(name_) + (at ? ", " + at.place() : ""), .rule = rule});
}

Object NexusEntry::find_entry(const Object& file) {
  Object master;
  for (const std::string& name : file.names()) {
    Object entry = openable(file, name);
    if (!entry || !entry.is_group() || entry.attribute_text("NX_class") != "NXentry") continue;
    const Object definition = entry.find("definition");
    if (definition && definition.text() == "NXmx") return entry;
    if (!definition && !master && looks_like_eiger_master(entry)) master = std::move(entry);
  }
  eiger_master_ = static_cast<bool>(master);
  if (master) return master;
  const std::string leads = file.has("entry") ? file.where_link_leads("entry") : "";
  fail({}, "it needs an NXentry with the definition NXmx" + (leads.empty() ? "" : "; the link entry leads " + leads));
}

Object NexusEntry::find_child(const Object& parent, const std::string& usual, const std::string& nx_class) const {
  const auto is_of_class = [&](const Object& found) {
    return found && found.is_group() && found.attribute_text("NX_class") == nx_class;
  };
  if (Object found = openable(parent, usual); is_of_class(found)) return found;
  for (const std::string& name : parent.names())
    if (Object found = openable(parent, name); is_of_class(found)) return found;
  return {};
}

Object NexusEntry::child(const Object& parent, const std::string& usual, const std::string& nx_class) const {
  Object found = find_child(parent, usual, nx_class);
  if (found) return found;
  const std::string leads = parent.has(usual) ? parent.where_link_leads(usual) : "";
  fail(parent, "it has no " + nx_class + (leads.empty() ? "" : ": the link " + usual + " leads " + leads));
}

double NexusEntry::factor_of(const std::string& unit, Measure measure, const Object& at) const {
  const bool length = measure == Measure::Length, angle = measure == Measure::Angle;
  const auto factor = length ? metres_in(unit) : angle ? radians_in(unit) : electronvolts_in(unit);
  const std::string known(length ? length_units : angle ? angle_units : energy_units);
  if (!factor && unit.empty()) fail(at, "it has no attribute units: " + known);
  if (!factor) fail(at, "its unit " + in_quotes(unit) + " is not one of " + known);
  return *factor;
}

std::optional<double> NexusEntry::per_metre(const Object& at) const {
  std::string units = at.attribute_text("units");
  if (units.empty()) return std::nullopt;
  if (units.starts_with("1/")) units = units.substr(2);
  for (const char* power : {"**-1", "^-1", "-1"})
    if (units.ends_with(power)) units.resize(units.size() - std::string_view(power).size());
  return 1 / factor_of(units, Measure::Length, at);
}

std::vector<double> NexusEntry::finite_numbers(const Object& at, std::size_t most) const {
  std::vector<double> values = at.numbers(most);
  if (values.empty() || !std::ranges::all_of(values, [](double v) { return std::isfinite(v); }))
    fail(at, "it must have finite numbers");
  return values;
}

std::optional<double> NexusEntry::quantity(const Object& parent, const std::string& name, Measure measure) const {
  const Object at = parent.find(name);
  if (!at) return std::nullopt;
  return finite_numbers(at, most_frames).front() * factor_of(at.attribute_text("units"), measure, at);
}

Vec3d NexusEntry::vector_of(const Object& axis) const {
  const std::vector<double> v = axis.attribute_numbers("vector");
  if (v.size() != 3 || !is_finite(vec3_from(v)) || !(norm(vec3_from(v)) > 0))
    fail(axis, "its attribute vector needs three finite numbers, not all zero");
  return vec3_from(v);
}

bool NexusEntry::is_rotation(const Object& axis) const {
  const std::string type = axis.attribute_text("transformation_type");
  if (type == "rotation" || type == "translation") return type == "rotation";
  const std::string units = axis.attribute_text("units");
  if (!type.empty() || (!metres_in(units) && !radians_in(units)))
    fail(axis, "its transformation_type must be rotation or translation");
  return radians_in(units).has_value();
}

Step NexusEntry::step_of(const Object& axis) const {
  Step step;
  const std::string units = axis.attribute_text("units");
  const double value = finite_numbers(axis, most_frames).front();
  const bool rotation = is_rotation(axis);
  const double factor = value == 0 ? 0 : factor_of(units, rotation ? Measure::Angle : Measure::Length, axis);
  if (rotation)
    step.rotation = rotation_matrix(unit(vector_of(axis)), value * factor);
  else
    step.shift = value * factor * vector_of(axis);
  const std::vector<double> offset = axis.attribute_numbers("offset");
  if (offset.empty() || offset == std::vector<double>{0, 0, 0}) return step;
  if (offset.size() != 3 || !is_finite(vec3_from(offset))) fail(axis, "an offset must have three finite numbers");
  const std::string offset_units = axis.attribute_text("offset_units");
  if (offset_units.empty() && !metres_in(units)) fail(axis, "its offset has no offset_units");
  step.shift =
      step.shift + factor_of(offset_units.empty() ? units : offset_units, Measure::Length, axis) * vec3_from(offset);
  return step;
}

Object NexusEntry::next_in_chain(const Object& axis) const {
  const std::string target = axis.attribute_text("depends_on");
  if (target.empty() || target == ".") return {};
  if (target.starts_with('/')) return entry_.open(target);
  return entry_.open(axis.place().substr(0, axis.place().rfind('/') + 1) + target);
}

Step NexusEntry::chain_of(const Object& axis, const Object& from) const {
  Step whole;
  Object at = next_in_chain(axis);
  for (std::size_t length = 0; at; ++length, at = next_in_chain(at)) {
    if (length == longest_chain) fail(from, "its chain of axes has no end");
    const Step step = step_of(at);
    whole = {step.rotation * whole.rotation, step.rotation * whole.shift + step.shift};
  }
  return whole;
}

Object find_or_note(const Object& parent, const std::string& name, std::vector<std::string>& notes) {
  try {
    return parent.find(name);
  } catch (const Error& error) {
    const std::string leads = parent.where_link_leads(name);
    const std::string begin = parent.place() + ", not used: " +
                              (leads.empty() ? std::string(error.what()) + ": " : "links that lead " + leads + ": ");
    const auto known = std::ranges::find_if(notes, [&](const std::string& note) { return note.starts_with(begin); });
    if (known == notes.end())
      notes.push_back(begin + name);
    else if ((*known + ",").find(" " + name + ",", begin.size() - 1) == std::string::npos)
      *known += ", " + name;
    return {};
  }
}

bool is_pixel_mask(std::string_view name) {
  constexpr std::string_view plain = "pixel_mask";
  if (!name.starts_with(plain)) return false;
  const std::string_view rest = name.substr(plain.size());
  return rest.empty() || (rest.size() > 1 && rest[0] == '_' && rest.find_first_not_of("0123456789", 1) == rest.npos);
}

}  // namespace femtobragg::formats
