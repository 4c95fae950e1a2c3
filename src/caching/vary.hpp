// Selecting header fields and the secondary key (RFC 9111 section 4.1). No value can forge another,
// absence differs from every value, and credentials (Authorization, Cookie ...) appear only as
// digests.
#pragma once

#include "caching/stored_meta.hpp"
#include "http/fields.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::caching {

struct VaryStar {};
// Over all Vary lines: VaryStar when any member is "*"; null when there is no (non-empty) Vary.
std::variant<std::shared_ptr<const VaryNames>, VaryStar> parse_vary(http::FieldsView response);

// Names whose values are credentials: kept and shown only as digests.
bool is_credential(std::string_view lower_case_name) noexcept;

// Appends "name, present?, value" so that it cannot be confused with any other sequence of such.
// All lines of the field count as one value. `normalize` lists lower-case names whose values are
// brought to a canonical form first.
void append_selecting_field(std::string& out,
                            std::string_view lower_case_name,
                            http::FieldsView request,
                            std::span<const std::string> normalize);
// The secondary key of a request under these names; appended to `out`.
void append_secondary_key(std::string& out,
                          const VaryNames& names,
                          http::FieldsView request,
                          std::span<const std::string> normalize);

// A canonical spelling of a list with weights (Accept-Language, Accept-Encoding): lower case,
// without blanks, by falling weight and then by name, members of weight 0 last; other fields:
// blanks around commas removed.
std::string normalize_value(std::string_view lower_case_name, std::string_view value);

}  // namespace hawkcache::caching
