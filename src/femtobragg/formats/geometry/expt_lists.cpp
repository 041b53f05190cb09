// Experiments with their models, moved between lists.
#include "femtobragg/formats/geometry/expt_lists.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "femtobragg/formats/io/json_values.h"

namespace femtobragg::formats {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* model_kinds[] = {"beam",    "detector", "goniometer",    "scan",
                                       "crystal", "profile",  "scaling_model", "imageset"};

/// The model of a list's first experiment; null: none.
Json first_model(const Json& list, const char* kind) {
  const Json& experiment = list.at("experiment").at(0);
  if (!experiment.contains(kind) || !experiment[kind].is_number_unsigned() || !list.contains(kind)) return nullptr;
  const auto index = experiment[kind].get<std::size_t>();
  return list[kind].is_array() && index < list[kind].size() ? list[kind][index] : Json(nullptr);
}

void set_first_model(Json& list, const char* kind, const Json& model) {
  Json& experiment = list["experiment"][0];
  list[kind] = Json::array();
  experiment.erase(kind);
  if (model.is_null()) return;
  list[kind].push_back(model);
  experiment[kind] = 0;
}

void make_absolute(Json& name, const std::filesystem::path& folder) {
  if (!name.is_string() || name.get<std::string>().empty()) return;
  const std::filesystem::path path = name.get<std::string>();
  if (path.is_relative()) name = std::filesystem::absolute(folder / path).lexically_normal().string();
}

}  // namespace

std::string expt_continuing(std::string_view start, const std::filesystem::path& folder, std::string_view text) {
  const nlohmann::json checked = parse_json(start, folder.string());
  const JsonPlace place(checked, folder.string());
  if (!place.at("experiment").is_list() || !place.at("experiment").item(0).is_object())
    place.refuse("not an experiment list", "it needs a list 'experiment' with at least one entry");
  const Json before = Json::parse(start);
  Json list = Json::parse(text);
  if (before["experiment"][0].contains("identifier"))
    list["experiment"][0]["identifier"] = before["experiment"][0]["identifier"];
  if (first_model(before, "goniometer").is_null()) set_first_model(list, "goniometer", nullptr);
  set_first_model(list, "scan", first_model(before, "scan"));
  Json images = first_model(before, "imageset");
  if (images.is_object()) {
    for (const char* key : {"template", "mask", "gain", "pedestal", "dx", "dy"})
      if (images.contains(key)) make_absolute(images[key], folder);
    if (images.contains("images") && images["images"].is_array())
      for (Json& image : images["images"]) make_absolute(image, folder);
  }
  set_first_model(list, "imageset", images);
  return list.dump(1) + "\n";
}

std::optional<std::int64_t> expt_first_frame(std::string_view text, const std::string& name) {
  const nlohmann::json checked = parse_json(text, name);
  if (!JsonPlace(checked, name).at("experiment").item(0).is_object()) return {};
  const Json scan = first_model(Json::parse(text), "scan");
  const auto range = scan.is_object() ? scan.find("image_range") : scan.end();
  if (range == scan.end() || !range->is_array() || range->empty() || !range->front().is_number_integer()) return {};
  return range->front().get<std::int64_t>() - 1;
}

std::string expt_joined(const std::vector<std::string>& texts) {
  Json all = Json::parse(texts.at(0));
  for (std::size_t i = 1; i < texts.size(); ++i) {
    const Json list = Json::parse(texts[i]);
    Json experiment = list.at("experiment").at(0);
    const auto add = [&](const char* kind) {
      const Json model = first_model(list, kind);
      if (model.is_null()) return;
      Json& models = all[kind];
      const auto known = std::ranges::find(models, model);
      experiment[kind] = static_cast<std::size_t>(known - models.begin());
      if (known == models.end()) models.push_back(model);
    };
    for (const char* kind : model_kinds) add(kind);
    all["experiment"].push_back(experiment);
  }
  return all.dump(1) + "\n";
}

}  // namespace femtobragg::formats
