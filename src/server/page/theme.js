// Before the first paint: a stored choice beats the system's. ?theme= is for pictures.
const root = document.documentElement;
let theme = new URLSearchParams(location.search).get("theme");
try {
  theme ??= localStorage.getItem("theme");
} catch { /* storage is switched off */ }
if (theme === "dark" || theme === "light") root.dataset.theme = theme;
