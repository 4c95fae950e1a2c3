#include "config/yaml_scan.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::config {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }
bool is_flow_indicator(char c) {
  return std::string_view(",[]{}").find(c) != std::string_view::npos;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  ScanResult run() {
    while (!stopped_) {
      skip_space_and_comments();
      if (at_end()) break;
      if (open_.empty()) {
        scan_block_token();
      } else {
        scan_flow_token();
      }
    }
    if (!open_.empty()) {
      const bool map = text_[open_.front().at] == '{';
      hint(open_.front().position,
           map ? "this { has no }; close it, or put a text that begins with { in quotes"
               : "this [ has no ]; close it, or put a text that begins with [ in quotes");
    }
    return std::move(result_);
  }

 private:
  struct Opening {
    std::size_t at;
    Position position;
  };

  // The first is the cause of those that follow.
  void hint(Position place, std::string message) {
    if (!result_.hint) result_.hint = Problem{place, std::move(message)};
  }

  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool space_or_end(std::size_t ahead) const {
    return at_ + ahead >= text_.size() || is_space(text_[at_ + ahead]);
  }
  int column() const { return static_cast<int>(at_ - line_start_); }  // 0-based
  Position position() const { return {line_, column() + 1}; }

  void advance() {
    if (text_[at_] == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    }
    ++at_;
  }
  void advance(std::size_t count) {
    for (; count > 0 && !at_end(); --count) advance();
  }
  void skip_line() {
    while (!at_end() && peek() != '\n') advance();
  }
  void skip_space_and_comments() {
    while (!at_end()) {
      if (is_space(peek())) {
        if (peek() == '\t') note_tab();
        advance();
      } else if (peek() == '#' && (at_ == 0 || is_space(text_[at_ - 1]))) {
        skip_line();
      } else {
        return;
      }
    }
  }

  // A tab among the blanks that a line of block context begins with.
  void note_tab() {
    const std::string_view before = text_.substr(line_start_, at_ - line_start_);
    if (!open_.empty() || before.find_first_not_of(' ') != std::string_view::npos) return;
    const std::size_t first = std::min(text_.find_first_not_of(" \t", at_), text_.size());
    const bool has_text = first < text_.size() && text_[first] != '#' && !is_space(text_[first]);
    if (has_text) hint(position(), "a tab in the indentation; use blanks");
  }

  // --- block context

  void scan_block_token() {
    const char c = peek();
    if (column() == 0 && scan_document_marker()) return;
    if ((c == '-' || c == '?') && space_or_end(1)) {
      parent_indent_ = column();
      advance();
    } else if (c == ':' && space_or_end(1)) {
      advance();
    } else if (c == '|' || c == '>') {
      skip_line();
      skip_lines_deeper_than(parent_indent_);
    } else if (c == '"' || c == '\'') {
      const int start = column();
      scan_quoted();
      if (peek() == ':' && space_or_end(1)) parent_indent_ = start;
    } else if (c == '[' || c == '{') {
      open();
    } else if (c == '&' || c == '*' || c == '!') {
      while (!at_end() && !is_space(peek())) advance();
    } else {
      scan_block_plain();
    }
  }

  bool scan_document_marker() {
    const std::string_view three = text_.substr(at_, 3);
    if ((three == "---" || three == "...") && space_or_end(3)) {
      advance(3);
      parent_indent_ = -1;
      return true;
    }
    if (peek() != '%') return false;
    skip_line();
    return true;
  }

  // A key ends at ": ", a value at the end of its line or of its continuation lines.
  void scan_block_plain() {
    const int start = column();
    const Position place = position();
    const std::size_t from = at_;
    while (!at_end() && peek() != '\n') {
      if (peek() == ':' && space_or_end(1)) {
        parent_indent_ = start;
        advance();
        return;
      }
      if (peek() == '#' && is_blank(text_[at_ - 1])) {
        skip_line();
        return;
      }
      advance();
    }
    const bool is_key = start <= parent_indent_ && is_first_on_its_line(from);
    if (is_key) hint(place, no_value_here(text_.substr(from, at_ - from)));
    skip_continuation();
  }

  bool is_first_on_its_line(std::size_t at) const {
    return text_.substr(line_start_, at - line_start_).find_first_not_of(' ') ==
           std::string_view::npos;
  }

  // The parser joins such a line with the next, and complains of that one.
  static std::string no_value_here(std::string_view line) {
    const std::size_t end =
        std::min(line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), line.size());
    if (end == line.size() || line[end] != ':')
      return "this line has no \": \" between a key and its value";
    return fmt::format("a blank is missing after the colon of `{}`", line.substr(0, end));
  }

  std::size_t next_line_indent(std::size_t from) const {
    const std::size_t text = std::min(text_.find_first_not_of(' ', from), text_.size());
    return text - from;
  }

  void skip_continuation() {
    while (!at_end()) {
      const std::size_t indent = next_line_indent(at_ + 1);
      const std::size_t first = at_ + 1 + indent;
      if (first >= text_.size() || is_space(text_[first]) || text_[first] == '#') return;
      if (static_cast<int>(indent) <= parent_indent_) return;
      advance();
      advance(indent);
      const Position place = position();
      const std::size_t from = at_;
      skip_line();
      std::string line = std::string(text_.substr(from, at_ - from)) + ' ';
      std::replace(line.begin(), line.end(), '\r', ' ');
      if (line.substr(0, line.find(" #")).find(": ") != std::string::npos)
        hint(place, "this line is indented deeper than the keys that it belongs to");
    }
  }

  void skip_lines_deeper_than(int indent) {
    while (!at_end()) {
      const std::size_t own = next_line_indent(at_ + 1);
      const std::size_t first = at_ + 1 + own;
      const bool empty = first >= text_.size() || text_[first] == '\n' || text_[first] == '\r';
      if (!empty && static_cast<int>(own) <= indent) return;
      advance();
      skip_line();
    }
  }

  // --- quoted text, in both contexts

  void scan_quoted() {
    const char quote = peek();
    const Position start = position();
    advance();
    while (!at_end()) {
      if (quote == '"' && peek() == '\\') {
        advance(2);
      } else if (quote == '\'' && peek() == '\'' && peek(1) == '\'') {
        advance(2);
      } else if (peek() == quote) {
        advance();
        const bool ends_here = space_or_end(0) || peek() == ':' || is_flow_indicator(peek());
        if (!ends_here && line_ > start.line) {
          hint(start,
               fmt::format("this quote is closed in line {} only, in the midst of a text; close it "
                           "where its own text ends",
                           line_));
        }
        return;
      } else {
        advance();
      }
    }
    hint(start, fmt::format("this quote has no end; close it with {}", quote));
    stopped_ = true;
  }

  // --- flow context

  // What a token follows: a colon right after a quoted text, } or ] ends a key without a blank
  // (JSON), and a text that runs over lines may go on with a quote.
  enum class After { indicator, closed, plain };

  void scan_flow_token() {
    const char c = peek();
    const After after = std::exchange(after_, After::indicator);
    const bool colon =
        c == ':' && (after == After::closed || space_or_end(1) || is_flow_indicator(peek(1)));
    if (c == '[' || c == '{') {
      open();
    } else if (c == ']' || c == '}') {
      close();
      after_ = After::closed;
    } else if (c == ',' || colon) {
      advance();
    } else if (after == After::plain) {
      scan_flow_plain();
    } else if (c == '"' || c == '\'') {
      scan_quoted();
      after_ = After::closed;
    } else if (c == '&' || c == '!') {
      while (!at_end() && !is_space(peek()) && !is_flow_indicator(peek())) advance();
    } else {
      scan_flow_plain();
    }
  }

  void open() {
    open_.push_back({at_, position()});
    if (open_.size() > kMaxFlowDepth) {
      result_.problems.push_back(
          {position(),
           fmt::format("nested too deeply; {} levels of [ ] and {{ }} are the most",
                       kMaxFlowDepth)});
      stopped_ = true;
    }
    advance();
  }

  void close() {
    const Opening opening = open_.back();
    open_.pop_back();
    const char expected = text_[opening.at] == '{' ? '}' : ']';
    if (peek() != expected) {
      hint(opening.position,
           fmt::format("this {} is closed by a {}; write {}", text_[opening.at], peek(), expected));
    }
    advance();
    if (!open_.empty() || at_end() || is_space(peek())) return;
    if (peek() == ':' && space_or_end(1)) return;
    result_.problems.push_back({opening.position,
                                fmt::format("a text that begins with {0} must be quoted, or YAML "
                                            "reads it as a {1}; write \"{0}...\"",
                                            text_[opening.at],
                                            text_[opening.at] == '{' ? "map" : "list")});
    skip_line();
  }

  void scan_flow_plain() {
    const std::size_t start = at_;
    const Position place = position();
    while (!at_end() && peek() != '\n') {
      const char c = peek();
      if (c == '{' || c == '[') return scan_unquoted_brace(start, place);
      if (is_flow_indicator(c)) return;
      if (c == ':' && space_or_end(1)) return advance();
      if (c == ':' && peek(1) != '{' && peek(1) != '[' && is_flow_indicator(peek(1)))
        return advance();
      if (c == '#' && is_blank(text_[at_ - 1])) return;
      advance();
    }
    after_ = After::plain;
  }

  // A plain text that runs into { or [: ${NAME}, or user:{user_id}.
  void scan_unquoted_brace(std::size_t start, Position place) {
    if (is_blank(text_[at_ - 1])) return;  // `a {`: the parser reports a missing comma
    // Up to where the text ends: a comma, a blank, or the bracket that closes what is around it.
    std::size_t depth = 0;
    std::size_t end = at_;
    for (; end < text_.size() && text_[end] != '\n'; ++end) {
      const char c = text_[end];
      if (c == '{' || c == '[') ++depth;
      if (depth == 0 && (is_flow_indicator(c) || is_space(c))) break;
      if (c == '}' || c == ']') --depth;
    }
    const std::string_view written = text_.substr(start, end - start);
    std::string message =
        written.find("${") != std::string_view::npos
            ? fmt::format("{} inside {{ }} or [ ] must be quoted; write \"{}\"", written, written)
            : fmt::format(
                  "a text with {{ }} or [ ] in it must be quoted here; write \"{}\" (or, where a "
                  "map or list was meant, a blank after the colon)",
                  written);
    result_.problems.push_back({place, std::move(message)});
    advance(end - at_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  int parent_indent_ = -1;  // of the innermost key or dash: continuation lines are deeper
  std::vector<Opening> open_;
  After after_ = After::indicator;
  bool stopped_ = false;
  ScanResult result_;
};

}  // namespace

ScanResult scan_yaml(std::string_view text) { return Scanner(text).run(); }

}  // namespace hawkcache::config
