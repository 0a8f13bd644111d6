// The findings of axe-core that are serious or critical, a line for each place.
async () => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await painted();
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished)); // colours on their way
  const rules = { "target-size": { enabled: true } };
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, rules });
  return violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} — ${node.failureSummary.replace(/\s+/g, " ")}`),
    );
};
