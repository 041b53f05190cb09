// Labels of the images in one file, in HDF5: what was drawn, reflections, what each pixel shows.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "femtobragg/dataset/image_maker.h"

namespace femtobragg::dataset {

/// What all label files of a data set share.
struct LabelHeader {
  std::span<const recipe::Column> columns;
  const Detector& detector;
  const Settings& settings;
};

/// Labels of images `first`, `first` + 1 ... of the recipe. Throws Error(Runtime) for files that cannot be written.
///
/// /image (images): numbers in the recipe
/// /hit (images): 1 where a crystal is in the beam
/// /photons_of_spots, /photons_of_backgrounds (images): expected, of the whole image
/// /values/NAME (images): what was drawn, by the recipe's columns; texts as a JSON list
/// /panel_origin (panels, 2): fast and slow number, in the image, of each panel's first pixel
/// /lattices/first (images + 1): rows first[i] .. first[i + 1] of `ub` are the crystals of image i
/// /lattices/ub (lattices, 3, 3): columns a*, b*, c* (1/A) with the spindle at zero, in the frame of the scene
/// /classes (images, slow, fast): of each pixel; its attribute `classes` names the numbers
/// /spots/first (images + 1): rows first[i] .. first[i + 1] of the columns below are those of image i
/// /spots/miller_index (spots, 3), panel, lattice, fast, slow (pixels), photons, sigma, background, pixels, resolution
///   (A), wavelength (A)
/// /expected/spots, /expected/backgrounds (images, slow, fast): photons without noise
void write_labels(const std::string& path, const LabelHeader& header, std::uint64_t first,
                  std::span<const MadeImage> images);

/// What was drawn, with a row for each image and a heading: comma-separated values.
std::string csv_heading(std::span<const recipe::Column> columns);
std::string csv_row(std::uint64_t image, const MadeImage& made);

}  // namespace femtobragg::dataset
