// Tells the lines of a head that repeat among responses (server, media type, policies ...) from
// those that are one response's own (entity tag, dates, identifiers of requests ...): by what came
// before, not by what the fields are called. Only times and validators are always a response's own,
// though many may have the same at times.
#pragma once

#include "store/repeat_filter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::store {

struct HeadSplit {
  // Begins with the status line.
  std::string common;
  std::string own;
};

// nullopt: hardly anything repeats, or it is no head of a usual size and form, and stays as it is.
// The order of lines of the same name stays; "The order in which field lines with differing field
// names are received in a section is not significant." (RFC 9110 section 5.3) `owner`: a hash of
// whose the response is (of its key): what only comes again with the same does not repeat.
std::optional<HeadSplit> split_head(std::string_view head,
                                    std::uint64_t owner,
                                    RepeatFilter& filter);

}  // namespace hawkcache::store
