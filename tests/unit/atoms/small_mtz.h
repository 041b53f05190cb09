// MTZ files for tests, record by record.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace femtobragg::tests {

struct SmallMtz {
  std::vector<std::string> columns{"H H", "K H", "L H", "F F",
                                   "SIGF Q"};  ///< label and type, and a dataset that is not 1
  std::vector<std::vector<float>> rows{{1, 2, 3, 10, 1}, {1, 2, 4, 20, 1}};
  std::string cell = "10 12 15 90 90 90";
  std::string symmetry = "SYMINF 4 4 P 19 'P 21 21 21' PG222";
  std::vector<std::string> operations{"X,Y,Z", "1/2-X,-Y,1/2+Z", "-X,1/2+Y,1/2-Z", "1/2+X,1/2-Y,-Z"};
  std::string missing = "NAN";
  std::vector<std::string> datasets{"PROJECT 1 p", "CRYSTAL 1 x", "DATASET 1 one", "DCELL 1 10 12 15 90 90 90"};
  int batches = 0;

  std::string bytes() const {
    std::string data;
    const auto put = [&](const auto& value) { data.append(reinterpret_cast<const char*>(&value), sizeof value); };
    data = "MTZ ";
    put(static_cast<std::int32_t>(21 + rows.size() * columns.size()));
    data += std::string("\x44\x41\0\0", 4);
    data.resize(80, '\0');
    for (const auto& row : rows)
      for (const float value : row) put(value);
    const auto record = [&](std::string text) { data += text + std::string(80 - text.size(), ' '); };
    record("VERS MTZ:V1.1");
    record("NCOL " + std::to_string(columns.size()) + " " + std::to_string(rows.size()) + " " +
           std::to_string(batches));
    record("CELL " + cell);
    record(symmetry);
    for (const std::string& operation : operations) record("SYMM " + operation);
    record("VALM " + missing);
    for (const std::string& column : columns) {
      const auto blank = column.find(' ');
      const std::string dataset = column.size() > blank + 2 ? column.substr(blank + 2) : " 1";
      record("COLUMN " + column.substr(0, blank + 2) + " 0 1" + dataset);
    }
    record("NDIF 1");
    for (const std::string& dataset : datasets) record(dataset);
    record("END");
    record("MTZENDOFHEADERS");
    return data;
  }
};

}  // namespace femtobragg::tests
