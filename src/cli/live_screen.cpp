#include "cli/live_screen.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace hawkcache::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // second screen, no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kTop = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K\r\n";
constexpr std::string_view kClearBelow = "\x1b[J";

constexpr ScreenSize kUsual{24, 80};

ScreenSize terminal_size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
    return kUsual;
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

ScreenSize LiveScreen::size() const {
  if (kind_ == Kind::stream) return kEndlessScreen;
  const ScreenSize size = terminal_size();
  return {size.lines - 1, size.columns};  // the cursor waits below the last line
}

bool LiveScreen::show(std::string_view text) {
  if (kind_ == Kind::terminal) {
    out_ << frame_of(text, terminal_size().columns);
  } else {
    out_ << text << '\n';
  }
  if (out_.flush()) return true;
  out_.clear();  // that nobody reads any more is no failure
  return false;
}

}  // namespace hawkcache::cli
