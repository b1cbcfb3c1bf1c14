// A refusal can be heard as well as seen, when the operator has asked for it (data-sound on <html>). No file is played.

let ear;

export function buzz() {
  if (document.documentElement.dataset.sound !== "on" || !window.AudioContext) return;
  ear ??= new AudioContext();
  const now = ear.currentTime;
  for (const [start, pitch] of [[0, 330], [0.16, 220]]) {
    const tone = ear.createOscillator();
    const volume = ear.createGain();
    tone.type = "square";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.08, now + start);
    volume.gain.exponentialRampToValueAtTime(0.001, now + start + 0.14);
    tone.connect(volume).connect(ear.destination);
    tone.start(now + start);
    tone.stop(now + start + 0.15);
  }
}
