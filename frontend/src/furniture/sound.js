// Good, attention and stop can be heard as well as seen, when the operator has asked for it (data-sound on <html>). No
// file is played. The three differ in number, length and pitch of their tones, so that a desk full of scanners is told
// apart: one high, two even, two falling and harsh.

const TONES = {
  good: { shape: "sine", loud: 0.1, notes: [[0, 988, 0.09]] },
  attention: { shape: "triangle", loud: 0.14, notes: [[0, 660, 0.12], [0.18, 660, 0.12]] },
  stop: { shape: "square", loud: 0.08, notes: [[0, 330, 0.14], [0.16, 220, 0.22]] },
};

let ear;

export function sound(kind) {
  const told = TONES[kind];
  if (!told || document.documentElement.dataset.sound !== "on" || !window.AudioContext) return;
  ear ??= new AudioContext();
  ear.resume?.();
  const now = ear.currentTime;
  for (const [start, pitch, length] of told.notes) {
    const tone = ear.createOscillator();
    const volume = ear.createGain();
    tone.type = told.shape;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(told.loud, now + start);
    volume.gain.exponentialRampToValueAtTime(0.001, now + start + length);
    tone.connect(volume).connect(ear.destination);
    tone.start(now + start);
    tone.stop(now + start + length + 0.01);
  }
}
