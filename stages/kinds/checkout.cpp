#include <fmt/format.h>

#include <algorithm>

#include "stages/kinds/checkout_stage.hpp"
#include "stages/kinds/kinds.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

constexpr long deepest_history = 1'000'000;

void check_secret(yaml::Reader& reader, const ParseContext& context, CheckoutSource& source) {
  const auto name = reader.string("secret");
  if (!name) return;
  source.secret = *name;
  const auto& granted = context.stage.secrets;
  if (std::find(granted.begin(), granted.end(), *name) == granted.end())
    context.diagnostics.error(reader.node("secret")->span(),
                              fmt::format("secret '{}' is not granted to this stage", *name),
                              fmt::format("add `secrets: [{}]`", *name));
}

std::optional<CheckoutSource> read_source(yaml::Reader& reader, const ParseContext& context) {
  CheckoutSource source;
  const auto url = read_template("url", reader, context);
  const auto path = read_template("path", reader, context);
  source.url = url.value_or(expr::Template{});
  source.path = path.value_or(expr::Template{});
  source.ref = read_template("ref", reader, context).value_or(expr::Template{});
  if (const auto depth = reader.integer("depth", 1, deepest_history))
    source.depth = static_cast<unsigned>(*depth);
  source.submodules = reader.boolean("submodules").value_or(false);
  check_secret(reader, context, source);
  if (reader.node("url") && (!path || path->text().empty()))
    context.diagnostics.error(reader.node("url")->span(), "`url` needs a `path`",
                              "the folder below the workspace that is made for it");
  for (const std::string_view key : {"path", "ref", "depth", "submodules", "secret"})
    if (!reader.node("url") && reader.node(key))
      context.diagnostics.error(reader.node(key)->span(), fmt::format("`{}` needs a `url`", key),
                                "the run's own source is checked out by `source:` of the file");
  if (!url) return std::nullopt;
  return source;
}

class CheckoutKind final : public StageKind {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "checkout"; }
  [[nodiscard]] std::string_view summary() const noexcept override {
    return "Tells which commit the run works on, or checks out one more repository";
  }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    std::vector<KeyDoc> keys{
        {"url", R"({"type":"string"})",
         "A repository: https, ssh, git://, a file path; without it the run's own source"},
        {"path", R"({"type":"string"})", "The folder below the workspace that it goes to"},
        {"ref", R"({"type":"string"})", "Branch, tag or commit; default: the remote's HEAD"},
        {"depth", R"({"type":"integer","minimum":1})", "How much history; default: all"},
        {"submodules", R"({"type":"boolean"})", "Submodules, too; default: false"},
        {"secret", R"({"type":"string"})", "A granted secret for the login"},
    };
    for (const KeyDoc& key : step_keys()) keys.push_back(key);
    return keys;
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    const std::size_t errors = context.diagnostics.error_count();
    auto source = read_source(reader, context);
    auto steps = Steps::parse(reader, context);
    if (context.diagnostics.error_count() > errors) return nullptr;
    return std::make_unique<CheckoutStage>(std::move(source), std::move(steps).value_or(Steps{}));
  }
};

}  // namespace

std::unique_ptr<StageKind> make_checkout_kind() { return std::make_unique<CheckoutKind>(); }

}  // namespace pipectl::stages
