#include "cli/live_screen.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <iostream>
#include <limits>

#include <sys/ioctl.h>
#include <unistd.h>

namespace hawkcache::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // second screen, no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kTop = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K\r\n";
constexpr std::string_view kClearBelow = "\x1b[J";

struct ScreenSize {
  std::size_t lines = 24;
  std::size_t columns = 80;
};

ScreenSize screen_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return {};
  return {size.ws_row, size.ws_col};
}

bool is_control(char byte) {
  constexpr unsigned char kBlank = 0x20;
  constexpr unsigned char kDelete = 0x7F;
  const auto code = static_cast<unsigned char>(byte);
  return code < kBlank || code == kDelete;
}

}  // namespace

std::string frame_of(std::string_view text, std::size_t columns) {
  std::string frame(kTop);
  while (!text.empty()) {
    const std::string_view line = ascii::take_until('\n', text);
    // Names come from elsewhere: none of their bytes may command the terminal.
    for (const char byte : utf8::first_characters(line, columns)) {
      frame += is_control(byte) ? '?' : byte;
    }
    frame += kClearLine;
  }
  return frame.append(kClearBelow);
}

LiveScreen::LiveScreen(std::ostream& out)
    : kind_(&out == &std::cout && isatty(STDOUT_FILENO) == 1 ? Kind::terminal : Kind::stream),
      out_(out) {
  if (kind_ == Kind::terminal) out_ << kEnter << std::flush;
}

LiveScreen::~LiveScreen() {
  if (kind_ == Kind::terminal) out_ << kLeave << std::flush;
}

std::size_t LiveScreen::lines() const {
  if (kind_ == Kind::stream) return std::numeric_limits<std::size_t>::max();
  return screen_size().lines - 1;  // the cursor waits below the last line
}

bool LiveScreen::show(std::string_view text) {
  if (kind_ == Kind::terminal) {
    out_ << frame_of(text, screen_size().columns);
  } else {
    out_ << text << '\n';
  }
  return static_cast<bool>(out_.flush());
}

}  // namespace hawkcache::cli
