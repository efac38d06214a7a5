// The application starts after the first frame, which its parsing would delay. A page that nobody sees has none.
const start = () => {
  const script = document.createElement("script");
  script.type = "module";
  script.src = "/explorer/app.js";
  document.head.append(script);
};
if (document.hidden) start();
else requestAnimationFrame(() => setTimeout(start));
