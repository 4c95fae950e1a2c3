#include "proxy/response_text.hpp"

#include "http/parser.hpp"
#include "unit/http/heads.hpp"

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

TEST(InterimHead, HasTheOriginsFieldsInOrderAndVia) {
  http::ResponseHead head = http::make_response(
      103, {{"Link", "</a>; rel=preload"}, {"X-A", "1"}, {"link", "</b>"}, {"X-C", "3"}});
  EXPECT_EQ(render_interim_head(head),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-A: 1\r\nlink: </b>\r\nX-C: "
            "3\r\nVia: 1.1 hawkcache\r\n\r\n");
  head = http::make_response(199, {});
  head.reason = "Almost There";
  EXPECT_EQ(render_interim_head(head), "HTTP/1.1 199 Almost There\r\nVia: 1.1 hawkcache\r\n\r\n");
}

TEST(InterimHead, LosesWhatConcernsOneConnectionFramesOrIsAboutCaches) {
  const http::ResponseHead head = http::make_response(103,
                                                      {{"Connection", "X-Hop, close"},
                                                       {"X-Hop", "1"},
                                                       {"Keep-Alive", "timeout=5"},
                                                       {"Upgrade", "h2c"},
                                                       {"Transfer-Encoding", "chunked"},
                                                       {"Content-Length", "500"},
                                                       {"Surrogate-Key", "a b"},
                                                       {"Cache-Tag", "a,b"},
                                                       {"Cache-Invalidate-Tags", "a"},
                                                       {"Age", "3"},
                                                       {"X-Cache", "HIT"},
                                                       {"Link", "</a>"}});
  EXPECT_EQ(render_interim_head(head),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: 1.1 hawkcache\r\n\r\n");
}

// Lines of one text: those that are written as they go out, and others.
TEST(InterimHead, SpellsLinesInOneWay) {
  const std::string text =
      "HTTP/1.1 103 Early Hints\r\nX-A: 1\r\nX-B: 2\r\nX-C:3\r\nX-D:  4\r\nX-E:\t5\r\nX-F: 6 \r\n"
      "X-G:\r\nX-H: \r\nX-I: 9\r\nKeep-Alive: 1\r\nX-J: 10\r\nX-K: 11\r\n\r\n";
  http::ResponseParser parser{http::HeadLimits{}};
  ASSERT_EQ(parser.feed(text), http::Feed::complete);
  EXPECT_EQ(
      render_interim_head(parser.head()),
      "HTTP/1.1 103 Early Hints\r\nX-A: 1\r\nX-B: 2\r\nX-C: 3\r\nX-D: 4\r\nX-E: 5\r\nX-F: 6\r\n"
      "X-G: \r\nX-H: \r\nX-I: 9\r\nX-J: 10\r\nX-K: 11\r\nVia: 1.1 hawkcache\r\n\r\n");
}

// A head in two pieces says the same as in one.
TEST(RenderedHead, IsReadFromBothOfItsPieces) {
  const std::string common =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nVary: Accept\r\nContent-Language: de\r\n";
  const std::string own = "ETag: \"1\"\r\nX-A: 1\r\nX-A: 2\r\n";
  const std::string whole = common + own;
  for (const http::HeadPieces& head : {http::HeadPieces(common, own), http::HeadPieces(whole)}) {
    EXPECT_EQ(head.joined(), whole);
    std::string text;
    append_not_modified_head(text, head);
    EXPECT_EQ(text, "HTTP/1.1 304 Not Modified\r\nVary: Accept\r\nETag: \"1\"\r\n");
    text.clear();
    append_partial_head(text, head, PartialHead::multipart);
    EXPECT_EQ(text,
              "HTTP/1.1 206 Partial Content\r\nVary: Accept\r\nContent-Language: de\r\n" + own);
    EXPECT_EQ(content_type_line(head), "Content-Type: text/plain\r\n");
    EXPECT_EQ(only_value(head, "content-language"), "de");
    EXPECT_EQ(only_value(head, "x-a"), "");
  }
}

// However they are spelled; not what only begins so, or is shorter.
TEST(NotModifiedHead, HasTheFieldsThatBelongToIt) {
  const std::string wanted =
      "Cache-Control: a\r\ncdn-cache-control: b\r\nCONTENT-LOCATION: /c\r\nDate: d\r\neTag: "
      "\"e\"\r\n"
      "Expires: f\r\nVary: g\r\nLast-Modified: h\r\nVIA: i\r\nCache-Groups: j\r\nCache-Status: "
      "k\r\n"
      "Via:\r\n";
  const std::string others =
      "Content-Type: a\r\nContent-Locations: b\r\nDates: c\r\nDat: d\r\nE: e\r\nVar: y: "
      "f\r\nVi:a\r\n"
      "Cache-Status-Of: g\r\nX-Date: h\r\n";
  std::string text;
  append_not_modified_head(text, "HTTP/1.1 200 OK\r\n" + others + wanted + others);
  EXPECT_EQ(text, "HTTP/1.1 304 Not Modified\r\n" + wanted);
}

TEST(PartialHead, HasNoContentRangeButItsOwn) {
  const std::string head =
      "HTTP/1.1 200 Fine\r\nX-A: 1\r\ncontent-Range: bytes */5\r\nContent-Ranges: x\r\n";
  std::string text;
  append_partial_head(text, head, PartialHead::one_part);
  append_content_range(text, {0, 9}, UINT64_MAX);
  EXPECT_EQ(text,
            "HTTP/1.1 206 Partial Content\r\nX-A: 1\r\nContent-Ranges: x\r\n"
            "Content-Range: bytes 0-9/18446744073709551615\r\n");
}

}  // namespace
}  // namespace hawkcache::proxy
