// Keys of DIALS experiment lists that are read, or that do not affect the simulation: names, kinds, times, and data
// private to their writers.
#pragma once

#include <array>
#include <string_view>

namespace femtobragg::formats::expt_keys {

inline constexpr std::array<std::string_view, 11> experiment = {"__id__",     "identifier",    "beam",    "detector",
                                                                "goniometer", "scan",          "crystal", "imageset",
                                                                "profile",    "scaling_model", "history"};
inline constexpr std::array<std::string_view, 19> panel = {"name",
                                                           "type",
                                                           "identifier",
                                                           "fast_axis",
                                                           "slow_axis",
                                                           "origin",
                                                           "image_size",
                                                           "pixel_size",
                                                           "raw_image_offset",
                                                           "trusted_range",
                                                           "thickness",
                                                           "material",
                                                           "mu",
                                                           "mask",
                                                           "gain",
                                                           "pedestal",
                                                           "px_mm_strategy",
                                                           "femtobragg",
                                                           "projection_2d"};
inline constexpr std::array<std::string_view, 12> beam = {"__id__",
                                                          "direction",
                                                          "wavelength",
                                                          "polarization_fraction",
                                                          "polarization_normal",
                                                          "divergence",
                                                          "sigma_divergence",
                                                          "probe",
                                                          "flux",
                                                          "transmission",
                                                          "sample_to_source_distance",
                                                          "wavelength_range"};
inline constexpr std::array<std::string_view, 7> goniometer = {
    "rotation_axis", "fixed_rotation", "setting_rotation", "axes", "angles", "names", "scan_axis"};
inline constexpr std::array<std::string_view, 7> scan = {
    "image_range", "oscillation", "properties", "batch_offset", "epochs", "exposure_time", "valid_image_ranges"};
inline constexpr std::array<std::string_view, 15> crystal = {"__id__",
                                                             "real_space_a",
                                                             "real_space_b",
                                                             "real_space_c",
                                                             "space_group_hall_symbol",
                                                             "A_at_scan_points",
                                                             "mosaicity",
                                                             "ML_half_mosaicity_deg",
                                                             "mosaicity_at_scan_points",
                                                             "B_covariance",
                                                             "B_covariance_at_scan_points",
                                                             "recalculated_unit_cell",
                                                             "recalculated_cell_parameter_sd",
                                                             "recalculated_cell_volume_sd",
                                                             "identifier"};

}  // namespace femtobragg::formats::expt_keys
