// Query strings as lists of parameters, rewritten as a rule says. What is keyed is what is
// forwarded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hawkcache::http {

// `{ ignore: ["utm_*"], only: [page], sort: true }`; names are compared percent-decoded, "*" at the
// end matches any rest.
struct QueryRule {
  std::vector<std::string> ignore;
  std::optional<std::vector<std::string>> only;
  enum class Order { as_sent, sorted } order = Order::as_sent;

  bool changes_anything() const noexcept {
    return !ignore.empty() || only || order == Order::sorted;
  }
};

// The query after the rule, parameters spelled as they came ("" when none is left). Sorting is
// stable, by decoded name: repeated parameters keep their order among each other. Empty parameters
// ("a&&b") go; a rule that changes nothing leaves the query as it came.
std::string apply_query_rule(std::string_view query, const QueryRule& rule);

// The decoded value of the first parameter of that (decoded) name; nullopt when absent. "+" is a
// blank.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace hawkcache::http
