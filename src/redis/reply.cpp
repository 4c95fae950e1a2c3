#include "redis/reply.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <hiredis/read.h>
// Says nothing of C itself.
extern "C" {
#include <hiredis/sds.h>
}

namespace hawkcache::redis {
namespace {

// What one reply may hold in all, and what one bulk string may: the largest stored response with
// its head, and then some. The protocol itself allows 512 MiB.
constexpr std::size_t kMaxReplyBytes = 72u << 20;
constexpr std::size_t kMaxElements = 1u << 20;
// A line: a status, an error, a number, a length.
constexpr std::size_t kMaxLine = 64u << 10;
// An empty buffer that has grown beyond this is given back.
constexpr std::size_t kKeptBuffer = 256u << 10;
// hiredis's buffer grows by as much at a time.
constexpr std::size_t kGrowth = 1u << 20;

}  // namespace

bool Reply::is_error(std::string_view word) const noexcept {
  return type == Type::error && text.starts_with(word) &&
         (text.size() == word.size() || text[word.size()] == ' ');
}

// hiredis walks the bytes and calls the functions below. Its "objects" are the Replies themselves:
// the root, and elements within their parents' vectors. A vector may move its elements when it
// grows; only the address of the array that is being filled is used again, and that is the last
// element of its parent.
struct ReplyReader::Impl {
  Impl();
  ~Impl() { redisReaderFree(reader); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // The place of the object that is being read; null: more than a reply may hold.
  static Reply* place(const redisReadTask* task, std::size_t size);
  static void* create_string(const redisReadTask* task, char* text, std::size_t size);
  static void* create_array(const redisReadTask* task, int elements);
  static void* create_integer(const redisReadTask* task, long long value);
  static void* create_nil(const redisReadTask* task);

  // Whether what is there of the next reply may become one. Makes room for the rest of a large
  // text, which would else be moved again and again as it grows.
  bool expect_more();

  redisReader* reader;
  Reply root;
  std::size_t bytes = 0;     // of the reply that is being read
  std::size_t elements = 0;  // likewise
};

ReplyReader::Impl::Impl() {
  static redisReplyObjectFunctions functions{
      create_string, create_array, create_integer, create_nil, [](void*) {}};
  reader = redisReaderCreateWithFunctions(&functions);
  // It fails only for want of memory.
  if (reader == nullptr) std::abort();
  reader->maxbuf = kKeptBuffer;
  reader->privdata = this;
}

Reply* ReplyReader::Impl::place(const redisReadTask* task, std::size_t size) {
  Impl& self = *static_cast<Impl*>(task->privdata);
  if (task->parent == nullptr) {
    self.root = Reply();
    self.bytes = 0;
    self.elements = 0;
  }
  self.bytes += size;
  ++self.elements;
  if (self.bytes > kMaxReplyBytes || self.elements > kMaxElements) return nullptr;
  if (task->parent == nullptr) return &self.root;
  return &static_cast<Reply*>(task->parent->obj)->elements.emplace_back();
}

void* ReplyReader::Impl::create_string(const redisReadTask* task, char* text, std::size_t size) {
  Reply* reply = place(task, size);
  if (reply == nullptr) return nullptr;
  reply->type = task->type == REDIS_REPLY_STATUS  ? Reply::Type::status
                : task->type == REDIS_REPLY_ERROR ? Reply::Type::error
                                                  : Reply::Type::text;
  reply->text.assign(text, size);
  return reply;
}

void* ReplyReader::Impl::create_array(const redisReadTask* task, int elements) {
  constexpr std::size_t kReserved = 1024;  // a number on the wire does not make us take much memory
  Reply* reply = place(task, 0);
  if (reply == nullptr) return nullptr;
  reply->type = Reply::Type::array;
  reply->elements.reserve(std::min(static_cast<std::size_t>(elements), kReserved));
  return reply;
}

void* ReplyReader::Impl::create_integer(const redisReadTask* task, long long value) {
  Reply* reply = place(task, 0);
  if (reply == nullptr) return nullptr;
  reply->type = Reply::Type::integer;
  reply->integer = value;
  return reply;
}

void* ReplyReader::Impl::create_nil(const redisReadTask* task) { return place(task, 0); }

bool ReplyReader::Impl::expect_more() {
  const std::string_view rest(reader->buf + reader->pos, reader->len - reader->pos);
  const bool in_bulk = reader->ridx >= 0 && reader->rstack[reader->ridx].type == REDIS_REPLY_STRING;
  const std::size_t line_end = rest.substr(0, kMaxLine).find('\r');
  if (!in_bulk || line_end == std::string_view::npos) return rest.size() < kMaxLine;
  // A bulk string that is not whole; its length is there already.
  if (line_end + 1 < rest.size() && rest[line_end + 1] != '\n') return false;
  std::int64_t size = 0;  // or -1: nil
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + line_end, size);
  if (error != std::errc() || end != rest.data() + line_end) return false;
  if (size > std::int64_t{kMaxReplyBytes}) return false;
  const std::size_t whole =
      line_end + 2 + static_cast<std::size_t>(std::max<std::int64_t>(size, 0));
  if (whole <= rest.size() + kGrowth) return true;
  // Without it the buffer stays as it is, and grows as it can.
  char* const roomier = sdsMakeRoomFor(reader->buf, whole + 2 - rest.size());
  if (roomier != nullptr) reader->buf = roomier;
  return true;
}

ReplyReader::ReplyReader() : impl_(std::make_unique<Impl>()) {}
ReplyReader::~ReplyReader() = default;
ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;

void ReplyReader::feed(std::string_view bytes) {
  // What fails here is remembered by the reader, and said by next().
  static_cast<void>(redisReaderFeed(impl_->reader, bytes.data(), bytes.size()));
}

Result<std::optional<Reply>> ReplyReader::next() {
  void* reply = nullptr;
  if (redisReaderGetReply(impl_->reader, &reply) != REDIS_OK) return Errc::store_protocol;
  if (reply != nullptr) return std::optional<Reply>(std::move(impl_->root));
  if (!impl_->expect_more()) return Errc::store_protocol;
  return std::optional<Reply>();
}

}  // namespace hawkcache::redis
