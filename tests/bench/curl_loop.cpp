// The floor of the load generator: libcurl's multi interface in a plain loop, and nothing around
// it.
//   curl_loop URL CONNECTIONS SECONDS    prints how many requests were answered with 200
#include <curl/curl.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void begin(CURLM* multi, const char* url) {
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
  curl_multi_add_handle(multi, easy);
}

/// The answers that came since the last call; whose handles send again until `over`.
long take(CURLM* multi, bool over, long& open) {
  long good = 0;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    CURL* const easy = message->easy_handle;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    good += message->data.result == CURLE_OK && status == 200 ? 1 : 0;
    curl_multi_remove_handle(multi, easy);
    if (!over) {
      curl_multi_add_handle(multi, easy);
      continue;
    }
    curl_easy_cleanup(easy);
    --open;
  }
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(std::atof(argv[3]));
  long open = std::atol(argv[2]);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = curl_multi_init();
  for (long i = 0; i < open; ++i) begin(multi, argv[1]);
  long good = 0;
  while (open > 0) {
    int running = 0;
    curl_multi_perform(multi, &running);
    good += take(multi, Clock::now() >= end, open);
    if (open > 0) curl_multi_poll(multi, nullptr, 0, 1'000, nullptr);
  }
  curl_multi_cleanup(multi);
  std::printf("%ld\n", good);
  return 0;
}
