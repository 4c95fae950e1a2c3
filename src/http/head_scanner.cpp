#include "http/head_scanner.hpp"

#include "http/control_bytes.hpp"

namespace hawkcache::http {
namespace {

constexpr std::size_t kMaxSkippedLines = 4;

}  // namespace

Feed HeadScanner::scan(std::string_view buffer,
                       const KnownLines& known,
                       ChangedValues& changed) noexcept {
  Feed outcome = Feed::need_more;
  while (outcome == Feed::need_more) {
    const std::string_view window = buffer.substr(0, limit());
    const std::size_t at = find_control(window, searched_);
    searched_ = at;
    if (at < window.size() && window[at] != '\r') return fail(HeadError::control_byte);
    if (at + 1 >= window.size()) {
      // No byte left to decide by: wait for more, if more may come.
      if (buffer.size() < limit()) return Feed::need_more;
      return fail(has_start_line_ ? HeadError::header_block_too_large
                                  : HeadError::start_line_too_long);
    }
    if (window[at + 1] != '\n') return fail(HeadError::control_byte);
    const std::string_view line = window.substr(line_begin_, at - line_begin_);
    searched_ = at + 2;
    outcome = end_of_line(line);
    line_begin_ = at + 2;
    if (!has_start_line_ || outcome != Feed::need_more) continue;
    if (field_count_ == 0 && takes_all(buffer, known, changed)) return Feed::complete;
    take_known(buffer.substr(0, limit()), known);
  }
  return outcome;
}

bool HeadScanner::takes_all(std::string_view buffer,
                            const KnownLines& known,
                            ChangedValues& changed) noexcept {
  const std::string_view window = buffer.substr(0, limit());
  const std::size_t size = known.match(window.substr(line_begin_), changed);
  line_begin_ += size;
  all_known_ = size > 0;
  return all_known_;
}

// Known lines that stand where the next line begins, as far as the limits go.
void HeadScanner::take_known(std::string_view window, const KnownLines& known) noexcept {
  if (next_known_ >= known.size()) return;
  const KnownLines::Run run = known.find_run(next_known_, window.substr(line_begin_));
  if (run.count == 0 || run.count > limits_.field_count - field_count_) return;
  next_known_ = run.first + run.count;
  field_count_ += run.count;
  line_begin_ += run.bytes;
  searched_ = line_begin_;
}

Feed HeadScanner::end_of_line(std::string_view line) noexcept {
  if (!has_start_line_) return end_of_start_line(line);
  if (line.empty()) return Feed::complete;
  // obs-fold, or blanks before the first field
  if (line.front() == ' ' || line.front() == '\t') return fail(HeadError::folded_line);
  if (++field_count_ > limits_.field_count) return fail(HeadError::too_many_fields);
  return Feed::need_more;
}

Feed HeadScanner::end_of_start_line(std::string_view line) noexcept {
  if (!line.empty()) {
    has_start_line_ = true;
    start_begin_ = line_begin_;
    start_size_ = line.size();
    return Feed::need_more;
  }
  if (empty_lines_ == EmptyLines::refused || ++skipped_lines_ > kMaxSkippedLines) {
    return fail(HeadError::bad_start_line);
  }
  return Feed::need_more;
}

Feed HeadScanner::fail(HeadError error) noexcept {
  error_ = error;
  return Feed::error;
}

// How many bytes of the buffer may be looked at.
std::size_t HeadScanner::limit() const noexcept {
  constexpr std::size_t kLineEnd = 2;
  if (!has_start_line_) return line_begin_ + limits_.start_line + kLineEnd;
  // The field lines, and the empty line after them.
  return start_begin_ + start_size_ + kLineEnd + limits_.header_block + kLineEnd;
}

std::string_view HeadScanner::start_line(std::string_view buffer) const noexcept {
  return has_start_line_ ? buffer.substr(start_begin_, start_size_)
                         : buffer.substr(line_begin_, searched_ - line_begin_);
}

std::string_view HeadScanner::field_lines(std::string_view buffer) const noexcept {
  const std::size_t begin = start_begin_ + start_size_ + 2;
  return buffer.substr(begin, size() - begin);
}

}  // namespace hawkcache::http
