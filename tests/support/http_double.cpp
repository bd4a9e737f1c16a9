#include "tests/support/http_double.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace pipectl::test {
namespace {

EVP_PKEY* make_key() { return EVP_EC_gen("P-256"); }

void add_extension(X509* certificate, int nid, const char* value) {
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const char* name, long serial) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

int listen_on_loopback(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, generic, size) != 0 || listen(listener, 16) != 0 ||
      getsockname(listener, generic, &size) != 0)
    throw std::runtime_error("cannot listen on the loopback interface");
  port = ntohs(address.sin_port);
  return listener;
}

}  // namespace

PrivateCa::PrivateCa() : ca_key_(make_key()), key_(make_key()) {
  ca_ = make_certificate(ca_key_, "pipectl test CA", 1);
  X509_set_issuer_name(ca_, X509_get_subject_name(ca_));
  add_extension(ca_, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(ca_, ca_key_, EVP_sha256());
  certificate_ = make_certificate(key_, "127.0.0.1", 2);
  X509_set_issuer_name(certificate_, X509_get_subject_name(ca_));
  add_extension(certificate_, NID_subject_alt_name, "IP:127.0.0.1");
  X509_sign(certificate_, ca_key_, EVP_sha256());
}

PrivateCa::~PrivateCa() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
  X509_free(ca_);
  EVP_PKEY_free(ca_key_);
}

void PrivateCa::write_ca(const std::filesystem::path& file) const {
  FILE* const out = std::fopen(file.c_str(), "w");
  if (out == nullptr) throw std::runtime_error("cannot write " + file.string());
  PEM_write_X509(out, ca_);
  std::fclose(out);
}

HttpDouble::HttpDouble(const std::function<void(httplib::Server&)>& prepare, const PrivateCa* ca)
    : scheme_(ca == nullptr ? "http" : "https") {
  if (ca == nullptr)
    server_ = std::make_unique<httplib::Server>();
  else
    server_ = std::make_unique<httplib::SSLServer>(ca->certificate(), ca->key());
  prepare(*server_);
  port_ = server_->bind_to_any_port("127.0.0.1");
  if (port_ <= 0) throw std::runtime_error("cannot listen on the loopback interface");
  thread_ = std::thread{[this] { server_->listen_after_bind(); }};
  // stop() does nothing before this.
  while (!server_->is_running()) std::this_thread::yield();
}

HttpDouble::~HttpDouble() {
  server_->stop();
  thread_.join();
}

std::string HttpDouble::url(const std::string& path, const char* host) const {
  return scheme_ + "://" + host + ":" + std::to_string(port_) + path;
}

TcpDouble::TcpDouble(std::function<void(int)> serve)
    : serve_(std::move(serve)), listener_(listen_on_loopback(port_)) {
  thread_ = std::thread{[this] {
    while (true) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;  // shut down
      serve_(connection);
      close(connection);
    }
  }};
}

TcpDouble::~TcpDouble() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string TcpDouble::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void read_request(int socket) {
  std::string head;
  std::array<char, 4096> buffer{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = read(socket, buffer.data(), buffer.size());
    if (got <= 0) return;
    head.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void write_all(int socket, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t sent = send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (sent <= 0) return;
    done += static_cast<std::size_t>(sent);
  }
}

void wait_for_close(int socket) {
  std::array<char, 4096> buffer{};
  while (read(socket, buffer.data(), buffer.size()) > 0) {
  }
}

void reset_on_close(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

int free_port() {
  int port = 0;
  close(listen_on_loopback(port));
  return port;
}

}  // namespace pipectl::test
