// A screen that is drawn anew time and again: the terminal's second one where standard output is a
// terminal, else one text after the other.
#pragma once

#include <cstddef>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>

namespace hawkcache::cli {

// What can be seen at once.
struct ScreenSize {
  std::size_t lines;
  std::size_t columns;
};
inline constexpr ScreenSize kEndlessScreen{std::numeric_limits<std::size_t>::max(),
                                           std::numeric_limits<std::size_t>::max()};

class LiveScreen {
 public:
  // `out` outlives the screen. Control codes are written only where `out` is std::cout and that is
  // a terminal.
  explicit LiveScreen(std::ostream& out);
  // Gives the terminal back as it was.
  ~LiveScreen();
  LiveScreen(const LiveScreen&) = delete;
  LiveScreen& operator=(const LiveScreen&) = delete;

  // Of a terminal as it is now; else endless.
  ScreenSize size() const;
  // False where nobody reads any more.
  [[nodiscard]] bool show(std::string_view text);

 private:
  enum class Kind { terminal, stream } kind_;
  std::ostream& out_;
};

// The text as one frame of a terminal: from the first line, each line cut at `columns` characters,
// the rest of the screen cleared.
std::string frame_of(std::string_view text, std::size_t columns);

}  // namespace hawkcache::cli
