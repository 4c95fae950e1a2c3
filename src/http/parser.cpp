#include "http/parser.hpp"

#include "http/field_lines.hpp"
#include "http/head_scanner.hpp"
#include "http/start_line.hpp"

#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

namespace hawkcache::http {
namespace {

template <class Head>
constexpr bool kIsRequest = std::is_same_v<Head, RequestHead>;

// On a kept connection the field lines of one request are mostly those of the request before, byte
// for byte. Up to this size they are copied and, when they come again, the fields are there
// already; where some values differ, only those are looked at, and where lines do, only those are
// parsed.
constexpr std::size_t kMaxRemembered = 4096;
constexpr std::size_t kUsualFields = 16;

// Scanner, start line and fields together. Views are made for good only in the feed() that
// completes the head, since the buffer may have moved before.
template <class Head>
class HeadParser {
 public:
  explicit HeadParser(HeadLimits limits)
      : scanner_(limits, kIsRequest<Head> ? EmptyLines::skipped : EmptyLines::refused) {
    head_.field_list.reserve(kUsualFields);  // rather than growing step by step
  }

  Feed feed(std::string_view buffer) {
    if (outcome_ == Feed::need_more) outcome_ = advance(buffer);
    return outcome_;
  }

  void reset() {
    scanner_.reset();
    outcome_ = Feed::need_more;
    error_ = HeadError::none;
    start_line_checked_ = false;
    // Whoever refuses a request asks for its method, also when none was read.
    if constexpr (kIsRequest<Head>) head_.method = Method::unknown;
  }

  const Head& head() const noexcept { return head_; }
  std::size_t size() const noexcept { return scanner_.size(); }
  HeadError error() const noexcept { return error_; }

 private:
  Feed advance(std::string_view buffer) {
    const Feed scanned = scanner_.scan(buffer, remembered(), changed_);
    // The start line comes first, and so does what is wrong with it.
    const HeadError start_line_error = check_start_line(buffer, scanned);
    if (start_line_error != HeadError::none) return fail(start_line_error);
    if (scanned == Feed::error) return fail(scanner_.error());
    if (scanned == Feed::need_more) return scanned;
    if (parse_fields(scanner_.field_lines(buffer))) return Feed::complete;
    return fail(HeadError::bad_field_line);
  }

  KnownLines remembered() const noexcept {
    const std::string_view block(remembered_.data(), remembered_.size());
    return {block, block.empty() ? std::span<const Field>() : head_.field_list};
  }

  bool parse_fields(std::string_view block) {
    const KnownLines known = remembered();
    // field_list consists of views into it
    if (scanner_.are_all_known() && !changed_.lines_move()) {
      if (!changed_.all().empty()) replace_in_place(block);
      return true;
    }
    before_.swap(remembered_);  // vectors: what views their memory goes on to
    fields_before_.swap(head_.field_list);
    head_.field_list.clear();
    remembered_.clear();
    if (block.size() <= kMaxRemembered) {
      remembered_.assign(block.begin(), block.end());
      block = {remembered_.data(), remembered_.size()};
    }
    if (scanner_.are_all_known()) {
      move_fields(block, known, changed_, head_.field_list);
      return true;
    }
    if (parse_field_lines(block, known, head_.field_list) == FieldLines::malformed) {
      remembered_.clear();
      return false;
    }
    head_.names = FieldNameSet::of(head_.field_list);
    return true;
  }

  // Of the remembered lines only values change, none of them in length.
  void replace_in_place(std::string_view block) {
    std::copy(block.begin(), block.end(), remembered_.begin());
    replace_values(remembered().block, changed_, head_.field_list);
  }

  HeadError check_start_line(std::string_view buffer, Feed scanned) {
    const std::string_view line = scanner_.start_line(buffer);
    if (!scanner_.has_start_line()) {
      return check_begun_start_line(line, head_);
    }
    if (start_line_checked_ && scanned != Feed::complete) return HeadError::none;
    start_line_checked_ = true;
    return parse_start_line(line, head_);
  }

  Feed fail(HeadError error) noexcept {
    error_ = error;
    return Feed::error;
  }

  HeadScanner scanner_;
  Head head_;
  ChangedValues changed_;
  std::vector<char> remembered_;  // well-formed field lines, or empty
  // The same of the head before, while a new block is read.
  std::vector<char> before_;
  std::vector<Field> fields_before_;
  Feed outcome_ = Feed::need_more;
  HeadError error_ = HeadError::none;
  bool start_line_checked_ = false;
};

}  // namespace

struct RequestParser::Impl : HeadParser<RequestHead> {
  using HeadParser::HeadParser;
};

RequestParser::RequestParser(HeadLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
Feed RequestParser::feed(std::string_view buffer) { return impl_->feed(buffer); }
void RequestParser::reset() { impl_->reset(); }
const RequestHead& RequestParser::head() const noexcept { return impl_->head(); }
std::size_t RequestParser::head_size() const noexcept { return impl_->size(); }
HeadError RequestParser::error() const noexcept { return impl_->error(); }

struct ResponseParser::Impl : HeadParser<ResponseHead> {
  using HeadParser::HeadParser;
};

ResponseParser::ResponseParser(HeadLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
Feed ResponseParser::feed(std::string_view buffer) { return impl_->feed(buffer); }
void ResponseParser::reset() { impl_->reset(); }
const ResponseHead& ResponseParser::head() const noexcept { return impl_->head(); }
std::size_t ResponseParser::head_size() const noexcept { return impl_->size(); }
HeadError ResponseParser::error() const noexcept { return impl_->error(); }

}  // namespace hawkcache::http
