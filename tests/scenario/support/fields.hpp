// Header fields as a test sees them: in order, as spelled; found without regard to case.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::scenario {

class Fields : public std::vector<std::pair<std::string, std::string>> {
 public:
  using std::vector<std::pair<std::string, std::string>>::vector;

  bool has(std::string_view name) const { return count_of(name) > 0; }
  std::size_t count_of(std::string_view name) const;
  // All lines of that name, joined with ", "; "" where there is none.
  std::string value(std::string_view name) const;
};

// "Name: value\r\n" for each.
std::string to_lines(const Fields& fields);

bool equal_names(std::string_view a, std::string_view b);

// A head split at its lines. Lenient: what cannot be read as a field is kept under the name "".
struct Head {
  std::string start_line;
  Fields fields;
};
Head split_head(std::string_view raw);

}  // namespace hawkcache::scenario
