// Tells the lines of a head that repeat among responses (server, media type, policies ...) from
// those that are one response's own (entity tag, dates, identifiers of requests ...): by what came
// before, not by what the fields are called. Only times and validators are always a response's own,
// though many may have the same at times.
#pragma once

#include "store/repeat_filter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Does that, and remembers the last head that it has split: the one after it mostly differs in its
// times and validators alone, and then its common lines need not be asked after one by one. One
// thread; any filter.
class HeadSplitter {
 public:
  // Null for nullopt; valid until the next call.
  const HeadSplit* split(std::string_view head, std::uint64_t owner, RepeatFilter& filter);

 private:
  struct Part {
    enum class Kind : std::uint8_t { common, always_own, own } kind;
    std::size_t size;  // common: of those lines in last_.common; else of the name and its colon
  };
  bool is_like_the_last(std::string_view head, std::uint64_t owner, RepeatFilter& filter);
  void remember(std::string_view head);

  HeadSplit last_;
  std::uint64_t filter_ = 0;  // that it was split with
  std::vector<Part> parts_;   // of the last one, in their order; empty: there is none
  std::string names_;         // of its own lines, with their colons, one after the other
};

}  // namespace hawkcache::store
