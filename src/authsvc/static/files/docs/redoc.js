/* Starts ReDoc on /redoc. Its search is off: it would need a worker made from a blob. */

const SYSTEM_FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
const CODE_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";

window.Redoc.init(
  "/openapi.json",
  {
    disableSearch: true,
    theme: {
      colors: { primary: { main: "#2a5bd0" } },
      typography: {
        fontFamily: SYSTEM_FONTS,
        headings: { fontFamily: SYSTEM_FONTS },
        code: { fontFamily: CODE_FONTS },
      },
    },
  },
  document.getElementById("documentation"),
);
