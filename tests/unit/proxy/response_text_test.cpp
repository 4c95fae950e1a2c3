#include "proxy/response_text.hpp"

#include "unit/http/heads.hpp"

#include <gtest/gtest.h>

namespace hawkcache::proxy {
namespace {

TEST(InterimHead, HasTheOriginsFieldsInOrderAndVia) {
  http::ResponseHead head = http::make_response(
      103, {{"Link", "</a>; rel=preload"}, {"X-A", "1"}, {"link", "</b>"}, {"Age", "3"}});
  EXPECT_EQ(render_interim_head(head),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-A: 1\r\nlink: </b>\r\nAge: "
            "3\r\nVia: 1.1 hawkcache\r\n\r\n");
  head = http::make_response(199, {});
  head.reason = "Almost There";
  EXPECT_EQ(render_interim_head(head), "HTTP/1.1 199 Almost There\r\nVia: 1.1 hawkcache\r\n\r\n");
}

TEST(InterimHead, LosesWhatConcernsOneConnectionFramesOrIsForCaches) {
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
                                                       {"Link", "</a>"}});
  EXPECT_EQ(render_interim_head(head),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nVia: 1.1 hawkcache\r\n\r\n");
}

}  // namespace
}  // namespace hawkcache::proxy
